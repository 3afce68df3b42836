import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import { readPin } from "../../src/content/readPin.ts";
import { nixEnvironment, removeStore, storeUrl } from "../../sandbox/nixCommand.ts";
import { run } from "../../src/system/run.ts";
import { maySkip, skip } from "../skips.ts";
import { anonymous } from "./objects.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { newFolder, theWorld } from "./world.ts";

const BUCKET = "push-pins";

describe("nix-cache push --pin", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let lib: string;
    let top: string;

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        machine = await BuildMachine.of(BUCKET);
        [lib = ""] = await machine.store.add([{ name: "lib", contents: "a library" }]);
        [top = ""] = await machine.store.add([{ name: "top", contents: `uses ${lib}`, references: [lib] }]);
    });
    const pin = (name: string) =>
        readPin({ connection: anonymous(machine.stack), bucket: machine.host.bucket }, name);
    /** What everybody types to deploy a pin, with an empty store. */
    const realise = (name: string) => {
        const dir = newFolder("deployed");
        process.once("exit", () => removeStore(dir));
        const sandbox = { ...machine.sandbox, dir };
        const env = nixEnvironment(sandbox, machine.host.nixConf);
        const url = `${machine.host.substituter}/_pins/${name}`;
        const ca = machine.stack.minio.caFile;
        const script = `nix-store --store '${storeUrl(join(dir, "store"))}' --realise "$(curl -sS --fail --cacert '${ca}' '${url}')"`;
        return run("sh", ["-c", script], {
            env: { ...env, PATH: [sandbox.nix, process.env.PATH ?? ""].join(delimiter) },
        });
    };

    it("pins what was pushed, and real Nix realises what curl gets of it", async () => {
        const { status, stdout, stderr } = await machine.cli("push", ["--pin", "deployed", top]);
        assert.equal(status, 0, stderr);
        assert.match(stdout, /^pushed {4}1 of 1 /m);
        assert.match(stdout, new RegExp(`^deployed: ${top}\npinned without an end \\(2 paths\\)$`, "m"));
        const got = await realise("deployed");
        assert.equal(got.status, 0, got.stderr);
        assert.equal(got.stdout.trim().split("\n").at(-1), top);
    });

    it("pins the newest push, and the revision before stays where it is to", async () => {
        const before = await pin("deployed");
        const [next = ""] = await machine.store.add([
            { name: "next", contents: `also uses ${lib}`, references: [lib] },
        ]);
        const { status, stdout } = await machine.cli("push", ["--pin", "deployed", "--json", next]);
        assert.equal(status, 0);
        const told = JSON.parse(stdout) as { pushed: string[]; pin: { pinned: boolean; paths: string[] } };
        assert.deepEqual([told.pushed, told.pin.pinned, told.pin.paths], [[next], true, [next]]);
        assert.notDeepEqual(await pin("deployed"), before);
        const got = await realise("deployed");
        assert.equal(got.stdout.trim().split("\n").at(-1), next, got.stderr);
    });

    it("pins nothing of which a member was left to a cache that does not have it", async () => {
        const [theirs = ""] = await machine.store.add([
            { name: "theirs", contents: "public", upstream: true },
        ]);
        const [mixed = ""] = await machine.store.add([
            { name: "mixed", contents: `uses ${theirs}`, references: [theirs] },
        ]);
        const { status, stdout, stderr } = await machine.cli("push", ["--pin", "mixed", mixed]);
        assert.equal(status, 1);
        assert.match(stdout, /^pushed {4}1 of 1 /m);
        assert.match(stderr, /mixed is not whole in the cache: 1 path is missing/);
        assert.ok(stderr.includes(theirs));
        assert.equal(await pin("mixed"), undefined);
    });

    it("pushes nothing for a name that no pin can have, nor pins without paths", async () => {
        const [path = ""] = await machine.store.add([{ name: "unpushed", contents: "x" }]);
        const bad = await machine.cli("push", ["--pin", "../x", path]);
        assert.equal(bad.status, 1);
        assert.match(bad.stderr, /^nix-cache: "\.\.\/x" is no name of a pin/);
        assert.equal(bad.stdout, "");
        const none = await machine.cli("push", ["--pin", "x"]);
        assert.equal(none.status, 2);
        assert.match(none.stderr, /--pin is for paths, and none was given/);
    });

    it("pins nothing when a path cannot be pushed", async () => {
        const nowhere = `/nix/store/${"0".repeat(32)}-nowhere`;
        const { status, stderr } = await machine.cli("push", ["--pin", "some", top, nowhere]);
        assert.equal(status, 1);
        assert.match(stderr, /^nix-cache: some was not pinned$/m);
        assert.equal(await pin("some"), undefined);
    });
});
