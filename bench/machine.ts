import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { run } from "../src/system/run.ts";

/** Facts about the machine and the programs, by name. @param programs name and the program that says its version */
export async function machineFacts(
    programs: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, string>> {
    const versions: Record<string, string> = {};
    for (const [name, program] of Object.entries(programs)) {
        if (program === undefined) continue;
        const { stdout } = await run(program, ["--version"]);
        const version = /RELEASE\.[\w.-]+|DEVELOPMENT\.[\w.-]+|\d+(?:\.\d+)+/.exec(stdout)?.[0];
        if (version !== undefined) versions[name] = version;
    }
    const [cpu] = cpus();
    return {
        cores: `${cpus().length}, ${cpu?.model.trim() ?? "unknown"}`,
        memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
        disk: fileSystem(),
        system: `${type()} ${release()}`,
        "load before": loadavg()
            .map((load) => load.toFixed(2))
            .join(" "),
        node: process.versions.node,
        ...versions,
    };
}

/** The kind of file system at /, where the system tells. */
function fileSystem(): string {
    try {
        const line = readFileSync("/proc/mounts", "utf8")
            .split("\n")
            .findLast((entry) => entry.split(" ")[1] === "/");
        return line?.split(" ")[2] ?? "unknown";
    } catch {
        return "unknown";
    }
}
