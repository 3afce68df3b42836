import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makePulumiHome } from "../../toolchain/pulumiHome.ts";
import type { Tools } from "../../toolchain/tools.ts";
import type { Arena } from "../contestant.ts";
import type { Command } from "../measure.ts";
import { environment } from "./ours.ts";

/** Makes a stack whose program is empty. @returns what runs an operation on it */
export function emptyStack(arena: Arena, tools: Tools): (operation: "up" | "preview") => Command {
    const workDir = arena.folder("empty");
    const passphraseFile = join(workDir, "passphrase");
    writeFileSync(passphraseFile, "correct horse battery staple", { mode: 0o600 });
    const pulumiHome = arena.folder("pulumi-home");
    makePulumiHome(pulumiHome, tools);
    const place = {
        stackName: "empty",
        workDir,
        state: arena.folder("state"),
        pulumiHome,
        passphraseFile,
        tools,
    };
    const env = environment(place);
    const program = join(import.meta.dirname, "empty.ts");
    return (operation) => ({ program: process.execPath, args: [program, operation, workDir], env });
}
