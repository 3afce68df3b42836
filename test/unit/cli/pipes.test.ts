import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { projectDir } from "../../../sandbox/paths.ts";

const main = join(projectDir, "src", "cli", "main.ts");

/** Runs `nix-cache` for a reader that has gone before the first word: `nix-cache … | true`. */
async function unread(args: readonly string[], which: "stdout" | "stderr") {
    const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    child[which].destroy();
    let said = "";
    const other = which === "stdout" ? child.stderr : child.stdout;
    other.setEncoding("utf8").on("data", (text: string) => (said += text));
    const status = await new Promise<number | null>((resolve) => child.on("exit", resolve));
    return { status, said };
}

describe("nix-cache whose output nobody reads any more", () => {
    // What a shell says of a program that SIGPIPE (13) has ended.
    it("ends like any program in a pipe, without a word", async () =>
        assert.deepEqual(await unread(["--help"], "stdout"), { status: 141, said: "" }));

    it("ends so too where it is its errors that nobody reads", async () =>
        assert.deepEqual(await unread(["no-such-command"], "stderr"), { status: 141, said: "" }));
});
