import assert from "node:assert/strict";
import { nixOrFail } from "../../sandbox/nixCommand.ts";
import { narinfoKey } from "../../src/cache/storePath.ts";
import { maySkip, skip } from "../skips.ts";
import { newerNix } from "./newerNix.ts";
import { anonymous, Bucket } from "./objects.ts";
import { everyNarOutlives, substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { theWorld } from "./world.ts";

/** Its NAR is several frames (src/content/zstd.ts). */
const LARGE = "private ".repeat(2 ** 20);

describe("one cache, and machines with an older and a newer Nix", function () {
    maySkip(this, "nix", "newerNix");
    this.timeout(1_800_000);
    let older: BuildMachine;
    let newer: BuildMachine;
    let cache: Bucket;

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        const nix = (await newerNix()) ?? skip(this, "newerNix");
        older = await BuildMachine.of("versions");
        newer = older.sandbox.nix === nix ? skip(this, "newerNix") : await older.beside(nix);
        cache = new Bucket(anonymous(older.stack), "versions");
    });

    /** An app that refers to glibc, which is upstream's, to lib, and to itself. @returns it and lib */
    async function build({ store }: BuildMachine, name: string): Promise<[app: string, lib: string]> {
        const [glibc = "", lib = ""] = await store.add([
            { name: "glibc", contents: "public", upstream: true },
            { name: "lib", contents: LARGE },
        ]);
        const references = [glibc, lib];
        const contents = `${name} uses ${references.join(" ")}`;
        const [app = ""] = await store.add([{ name, contents, references, itself: true }]);
        return [app, lib];
    }

    /** A path that follows from its content, which Nix makes itself. */
    const text = ({ sandbox, store }: BuildMachine, name: string) =>
        nixOrFail(sandbox, "nix", [
            ...["eval", "--store", store.nix.store, "--raw"],
            ...["--expr", `builtins.toFile "${name}" "${name}"`],
        ]);

    const push = async (machine: BuildMachine, ...paths: string[]) => {
        const { status, stdout, stderr } = await machine.cli("push", ["--json", ...paths]);
        assert.equal(status, 0, stderr);
        return JSON.parse(stdout) as { pushed: string[]; paths: number; there: number };
    };

    for (const [name, from, to] of [
        ["of-older", () => older, () => newer],
        ["of-newer", () => newer, () => older],
    ] as const) {
        it(`${name}: what one pushes is read by both, and sent again by neither`, async () => {
            const [app, lib] = await build(from(), name);
            const file = await text(from(), `text-${name}`);
            // The other machine makes the same paths by itself.
            await build(to(), name);
            assert.equal(await text(to(), `text-${name}`), file);
            // What the machine before this one has pushed of it is there.
            const there = (await cache.list()).includes(narinfoKey(lib)) ? 1 : 0;
            const first = await push(from(), app, file);
            assert.deepEqual([first.pushed.sort(), first.there], [[app, file].sort(), there]);
            for (const reader of [to(), from()])
                assert.deepEqual((await substitute(reader, [app, file])).sort(), [app, file, lib].sort());
            for (const machine of [to(), from()]) {
                const { paths, there: all } = await push(machine, app, file);
                assert.deepEqual([paths, all], [0, 3]);
            }
        });

        it(`${name}: its listing is shown by both`, async () => {
            const [app] = await build(from(), name);
            for (const { sandbox, host } of [to(), from()]) {
                const listed = await nixOrFail(sandbox, "nix", [
                    ...["store", "ls", "--store", host.substituter, "--json", app],
                ]);
                assert.equal((JSON.parse(listed) as { type: string }).type, "regular");
            }
        });
    }

    it("has narinfos of both that every host accepts", async () => {
        assert.equal(await everyNarOutlives(older), 5);
    });
});
