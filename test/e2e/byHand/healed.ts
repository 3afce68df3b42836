import assert from "node:assert/strict";
import { MANAGED_OBJECTS } from "../../../src/cache/managedObjects.ts";
import { nixCache } from "../cli.ts";
import { unwrapped } from "../unwrapped.ts";
import { objectsOf, serverState, stateOf, type Objects } from "../serverState.ts";
import type { Change } from "./change.ts";
import { secretsOf, type Scene } from "./scene.ts";

const PUSHED = ["0123456789abcdfghijklmnpqrsvwxyz.narinfo", "nar/1zz.nar.xz", "log/x.drv", "realisations/y"];

/** Makes a change by hand and follows it through: seen in the right words, shown by a preview, healed, quiet. */
export async function seenAndHealed(scene: Scene, change: Change): Promise<void> {
    const { stack } = scene;
    await pushed(scene);
    await change.make(scene);
    const before = await serverState(stack.minio.connection, scene.bucket);
    if (change.takesObjects !== true) assertKept(before.objects, PUSHED);

    await seen(scene, change.seen(scene));
    assert.deepEqual(
        await serverState(stack.minio.connection, scene.bucket),
        before,
        "drift and preview must change nothing on the server",
    );

    const healed = await nixCache(stack, ["heal", "--yes"]);
    assert.equal(healed.status, 0, healed.stdout + healed.stderr);
    assert.match(healed.stdout, /\nno drift: all of it is as the stack declares it\n$/);
    await quiet(scene);
    await kept(scene, before.objects);
}

/** Both builders put objects of the cache, which also shows that their first secrets are good. */
async function pushed(scene: Scene): Promise<void> {
    for (const [index, key] of PUSHED.entries()) {
        const builder = scene.builder(index % 2 === 0 ? scene.one : scene.two);
        assert.equal(await builder.status("PUT", key, `content of ${key}`), 200, key);
    }
}

/** `nix-cache drift` prints these lines and no other finding; `pulumi preview` without a refresh fails and shows them. */
export async function seen(scene: Scene, expected: readonly (string | RegExp)[], status = 3): Promise<void> {
    const state = stateOf(scene.stack);
    const [drift, preview] = await Promise.all([nixCache(scene.stack, ["drift"]), scene.stack.preview()]);
    const said = drift.stdout + drift.stderr;
    assert.equal(drift.status, status, said);
    const findings = unwrapped(drift.stdout.split("\n\n")[0] ?? "")
        .trimEnd()
        .split("\n");
    assert.equal(findings.length, expected.length, said);
    for (const one of expected) {
        const fits = (line: string) => (typeof one === "string" ? line === one : one.test(line));
        assert.equal(findings.filter(fits).length, 1, `${String(one)} once in:\n${said}`);
    }
    assert.match(preview.text, /error: no changes were expected .*but changes were proposed/);
    for (const finding of findings)
        assert.ok(preview.text.includes(finding), `${finding}\nin:\n${preview.text}`);
    assert.equal(stateOf(scene.stack), state, "drift and preview must leave the state as it is");
}

/** Nothing is left to do, in the eyes of this project and of the engine, and no key or secret is another. */
export async function quiet(scene: Scene): Promise<void> {
    const [drift, secrets] = await Promise.all([
        nixCache(scene.stack, ["drift"]),
        secretsOf(scene.stack),
        scene.stack.mustBeQuiet(),
    ]);
    assert.equal(drift.status, 0, drift.stdout + drift.stderr);
    assert.match(drift.stdout, /^no drift: https:\/\/\S+ is as the stack declares it\n$/);
    assert.deepEqual(secrets, scene.secrets);
}

/** Every object that was there is there, and was not written again. */
export async function kept({ stack, bucket }: Scene, before: Objects): Promise<void> {
    const after = await objectsOf(stack.minio.connection, bucket);
    for (const name of MANAGED_OBJECTS) assert.ok(name in after, name);
    const cacheOf = (objects: Objects) =>
        Object.entries(objects).filter(([name]) => !(MANAGED_OBJECTS as readonly string[]).includes(name));
    assert.deepEqual(cacheOf(after), cacheOf(before));
}

function assertKept(objects: Objects, keys: readonly string[]): void {
    for (const key of keys) assert.ok(key in objects, `${key} must be there`);
}
