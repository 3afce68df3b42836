import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MachineError } from "../../../src/cache/faults.ts";
import { closuresOf } from "../../../src/store/closures.ts";
import { madeUp } from "../../standIn/pusher.ts";

/**
 * In place of `nix` and `nix-store`, whose errors are what this is about: those
 * of real ones are in the end-to-end tests. It notes each start.
 */
const script = (known: string, bad: string) => `#!/bin/sh
echo "$0" >> "$(dirname "$0")/starts"
invalid=
broken=
for path; do case $path in ${bad}) broken=$path;; ${known}) ;; /nix/store/*) invalid="$invalid $path";; esac; done
if [ "$1" = --check-validity ]; then for path in $invalid; do echo "$path"; done; [ -z "$invalid" ]; exit; fi
for path in $invalid $broken; do echo "error: path '$path' is not valid" >&2; exit 1; done
printf '['
comma=
for path; do case $path in /nix/store/*) printf '%s{"path":"%s","narHash":"sha256:x","narSize":1,"references":[],"signatures":[]}' "$comma" "$path"; comma=,;; esac; done
printf ']'
`;

describe("the closures of many paths", () => {
    let bin: string;
    const nix = (known = "*", bad = "/none") => {
        for (const name of ["nix", "nix-store"]) {
            writeFileSync(join(bin, name), script(known, bad));
            chmodSync(join(bin, name), 0o755);
        }
    };
    const starts = () => readFileSync(join(bin, "starts"), "utf8").trim().split("\n").length;
    const paths = Array.from({ length: 1_001 }, (_, n) => madeUp(n));

    beforeEach(() => (bin = mkdtempSync(join(tmpdir(), "nix-cache-closures-"))));
    afterEach(() => rmSync(bin, { recursive: true, force: true }));

    it("are asked for in one process", async () => {
        nix();
        const { members, bad } = await closuresOf({ bin }, paths);
        assert.deepEqual([members.size, bad.size, starts()], [1_001, 0, 1]);
    });

    it("are had of all but those that are not in the store, which three processes find", async () => {
        nix(paths.slice(2).join("|"));
        const { members, bad } = await closuresOf({ bin }, paths);
        assert.deepEqual([members.size, starts()], [999, 3]);
        assert.deepEqual([...bad.keys()], paths.slice(0, 2));
        assert.match(bad.get(madeUp(0))?.message ?? "", /-made-up' is not valid$/);
    });

    it("are had of all but the one that is broken within", async () => {
        nix("*", madeUp(700));
        const { members, bad } = await closuresOf({ bin }, paths);
        assert.deepEqual([members.size, [...bad.keys()]], [1_000, [madeUp(700)]]);
    });

    it("are waited for where Nix cannot be run", async () => {
        await assert.rejects(closuresOf({ bin: "/nowhere" }, paths), MachineError);
    });
});
