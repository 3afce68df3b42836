import { openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { tryProcessLock } from "../../../../src/system/processLock.ts";

// One of several processes that want one lock again and again: LOCK LOG NAME. What it does while it holds the
// lock goes line by line into a log that all of them append to, so that the log has one order.
const [lock = "", log = "", name = ""] = process.argv.slice(2);
const fd = openSync(log, "a");
const say = (what: string) => writeSync(fd, `${what} ${name}\n`);
const upTo = (most: number) => Math.random() * most;
/** Milliseconds. */
const TICK = 4;
async function nextTick(): Promise<void> {
    await sleep(TICK - 1 - (Date.now() % TICK));
    while (Date.now() % TICK !== 0);
}

for (;;) {
    const held = await tryProcessLock(lock);
    if (held === undefined) {
        // Most look again at the same moment, the next whole tick of the clock: when the holder dies, several see it at once.
        if (upTo(1) < 0.8) await nextTick();
        else await sleep(upTo(3));
        continue;
    }
    say("in");
    for (let times = Math.floor(upTo(4)); times > 0; times--) {
        if (upTo(1) < 0.5) await sleep(upTo(2));
        say("at");
    }
    // Some die while they hold it; the others are killed from outside, wherever they are.
    if (upTo(1) < 0.06) process.kill(process.pid, "SIGKILL");
    say("out");
    held.release();
    if (upTo(1) < 0.7) await sleep(upTo(4));
}
