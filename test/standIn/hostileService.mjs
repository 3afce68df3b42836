// The user of a push service gone bad: in a queue's folders it swaps in links to what only root
// may write, for as long as it runs. Arguments: its user, the queue, a file and a folder of root's, names.
// It becomes that user by itself: Node may lie where only root may go.
import { linkSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [user, queue, file, folder, ...names] = process.argv.slice(2);
const parts = ["", "incoming", "incoming/paths", "waiting", "failed", "new", "state", "work", "dropped"];
process.setgroups([]);
process.setgid(Number(user));
process.setuid(Number(user));
let swapped = 0;
const attempt = (work) => {
    try {
        work();
        swapped++;
    } catch {
        // Not allowed, or the hook was quicker.
    }
};

const end = Date.now() + 60_000;
while (Date.now() < end) {
    for (const part of ["incoming/paths", "waiting", "incoming", ""]) {
        for (const [n, name] of [...names, "dropped"].entries()) {
            const link = join(queue, part, name);
            attempt(() => unlinkSync(link));
            attempt(() => symlinkSync(n % 2 === 0 ? file : join(folder, name), link));
            attempt(() => linkSync(file, join(queue, part, `hard-${name}`)));
        }
    }
    for (const part of parts.slice(1)) {
        const at = join(queue, part);
        attempt(() => renameSync(at, `${at}-${process.pid}`));
        attempt(() => symlinkSync(folder, at));
        attempt(() => unlinkSync(at));
        attempt(() => renameSync(`${at}-${process.pid}`, at));
    }
    attempt(() => writeFileSync(join(queue, "incoming", "paths", names[0]), "not a queued path\n"));
    attempt(() => rmSync(join(queue, "incoming", "paths", names[0])));
    if (swapped > 0) process.stdout.write(".");
}
