import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../src/cache/problem.ts";
import { shellWord } from "../src/hosts/quoting.ts";
import { checkArguments, command } from "./command.ts";
import { binFolder } from "../toolchain/pulumiHome.ts";
import { rememberedMinio } from "./minio.ts";
import { runningMinio } from "./minioProcess.ts";
import { writeWhole } from "../src/system/wholeFile.ts";
import { paths, projectDir } from "./paths.ts";
import { sandboxPlace } from "./place.ts";
import { rememberedTools } from "./remembered.ts";
import { stackEnvironment } from "./stackPlace.ts";

await command(async () => {
    checkArguments();
    const tools = rememberedTools();
    const minio = rememberedMinio(paths.minio);
    if (tools === undefined || minio === undefined || !existsSync(paths.ready)) {
        throw new UserError("there is no sandbox here yet: npm start makes one");
    }
    if ((await runningMinio(paths.minio)) === undefined) {
        process.stderr.write("note: MinIO does not run; npm start starts it\n");
    }
    const { accessKey, secretKey, url } = minio;
    const place = sandboxPlace(tools);
    const variables = {
        ...stackEnvironment(place),
        PULUMI_STACK: place.stackName,
        MC_HOST_sandbox: url.replace(
            "://",
            `://${encodeURIComponent(accessKey)}:${encodeURIComponent(secretKey)}@`,
        ),
        MC_CONFIG_DIR: paths.mcConfig,
        NIX_SSL_CERT_FILE: paths.bundle,
    };
    const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${shellWord(value)}\n`);
    // It would win over the file, and is not the sandbox's.
    if (process.env.PULUMI_CONFIG_PASSPHRASE !== undefined) lines.push("unset PULUMI_CONFIG_PASSPHRASE\n");
    // The shell's own PATH stays: the one that npm gives its scripts has more in it.
    const nix = tools.nix === undefined ? "" : `:${shellWord(tools.nix)}`;
    writeProgram();
    const first = [paths.bin, binFolder(place.pulumiHome)].map(shellWord).join(":");
    lines.push(`export PATH=${first}:"$PATH"${nix}\n`);
    process.stdout.write(lines.join(""));
});

/** `nix-cache` of this clone, which works on its project as npm's scripts do, wherever it is called. */
function writeProgram(): void {
    const node = [process.execPath, join(projectDir, "toolchain", "node.mjs")].map(shellWord).join(" ");
    mkdirSync(paths.bin, { recursive: true, mode: 0o700 });
    writeWhole(
        join(paths.bin, "nix-cache"),
        `#!/bin/sh
NIX_CACHE_CALLED_FROM=$PWD
export NIX_CACHE_CALLED_FROM
cd ${shellWord(projectDir)} && exec ${node} src/cli/main.ts "$@"
`,
        0o700,
    );
}
