import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "../sandbox/command.ts";
import { withTemporaryFolder } from "../sandbox/nixCommand.ts";
import { projectDir } from "../sandbox/paths.ts";
import { UserError } from "../src/cache/problem.ts";
import { signingKeyFromSeed } from "../src/cache/signingKey.ts";
import { sayOn, type Say } from "../src/system/progress.ts";
import { lastLine, run } from "../src/system/run.ts";
import { ensureTools } from "../toolchain/tools.ts";
import { choose } from "./choice.ts";
import { makeClosures } from "./closures.ts";
import { Content } from "./content.ts";
import type { Arena, Contestant, Missing } from "./contestant.ts";
import { copiesAndMirrors, copyToS3, floor } from "./contestants/nixCopy.ts";
import { niks3 } from "./contestants/niks3.ts";
import { ours } from "./contestants/ours.ts";
import { document } from "./document.ts";
import { timeHooks } from "./hook.ts";
import { machineFacts } from "./machine.ts";
import { readOptions, type Options } from "./options.ts";
import { compete, steps } from "./pushing.ts";
import { Collector, type Results } from "./results.ts";
import { timeRenewing } from "./renewing.ts";
import { Server } from "./server.ts";
import { FULL, QUICK, type Sizes } from "./sizes.ts";
import { timeStack } from "./stackTasks.ts";
import { table } from "./table.ts";

const say = sayOn(process.stdout);

await command(async () => {
    const options = readOptions(process.argv.slice(2));
    const results =
        options.from === undefined
            ? await withTemporaryFolder((folder) => bench(options, folder, say))
            : (JSON.parse(readFileSync(options.from, "utf8")) as Results);
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
    if (options.docs) document(results);
    say("");
    table(results).forEach(say);
});

async function bench(options: Options, folder: string, say: Say): Promise<Results> {
    const chosen = choose(options.only);
    const tools = await ensureTools(say);
    const { nix } = tools;
    if (nix === undefined) throw new UserError("the bench needs Nix; install it, then run it again");
    const date = new Date().toISOString();
    const sizes = options.quick ? QUICK : FULL;
    await compile(say);
    const server = await Server.start(folder, tools);
    const key = signingKeyFromSeed("bench-1", Buffer.alloc(32, 1));
    const file = join(folder, "secret-key");
    writeFileSync(file, key.secretKey, { mode: 0o600 });
    const dir = join(folder, "nix");
    mkdirSync(dir);
    const arena: Arena = {
        server,
        nix: { nix, bundle: server.bundle, dir },
        root: join(folder, "root"),
        key: { file, publicKey: key.publicKey },
        folder: (name) => mkdtempSync(join(folder, `${name}-`)),
        ...(options.profile === undefined ? {} : { profile: options.profile }),
    };
    const collector = new Collector();
    try {
        const machine = await machineFacts({ nix: join(nix, "nix"), minio: tools.minio, mc: tools.mc });
        const missing = chosen.pushes
            ? await timePushes(arena, new Content(tools), { options, chosen, sizes }, collector, say)
            : [];
        const absent: Missing[] = [];
        for (let round = 0; round < options.rounds && chosen.task("stack"); round++)
            absent.splice(0, Infinity, ...(await timeStack(arena, tools, round, collector, say)));
        if (chosen.task("hook")) timeHooks(arena, sizes.hooks, collector);
        for (let round = 0; round < options.rounds && chosen.task("renew"); round++)
            await timeRenewing(arena, sizes.renewed, collector, say);
        return {
            date,
            quick: options.quick,
            rounds: options.rounds,
            machine,
            tasks: collector.tasks,
            missing: [...missing, ...absent],
        };
    } finally {
        await server.stop();
    }
}

/** All who push do so in turn. @returns who did not take part */
async function timePushes(
    arena: Arena,
    content: Content,
    { options, chosen, sizes }: { options: Options; chosen: ReturnType<typeof choose>; sizes: Sizes },
    collector: Collector,
    say: Say,
): Promise<Missing[]> {
    const other = await niks3(arena);
    try {
        say("Making the store paths");
        const closures = await makeClosures(arena.nix, arena.root, content, sizes);
        const all = [
            ours(arena),
            other.contestant,
            await copyToS3(arena, closures.queued[0] ?? ""),
            ...copiesAndMirrors(arena, options.quick),
            floor(arena),
        ];
        const contestants = all.filter((one): one is Contestant => "open" in one);
        const present = contestants.filter(({ name }) => chosen.who(name));
        if (present.length === 0)
            throw new UserError(
                `--only: nobody here is called so; there are ${contestants.map(({ name }) => name).join(", ")}`,
            );
        const wanted = steps(closures, sizes).filter(({ name }) => chosen.task(name));
        for (let round = 0; round < options.rounds; round++) {
            say(`Round ${round + 1} of ${options.rounds}`);
            for (const step of wanted) await compete(arena, present, step, round, collector, say);
        }
        return all.filter((one): one is Missing => "why" in one);
    } finally {
        await other.stop();
    }
}

/** What an installed package runs is compiled: Node would take away the types at every start. */
async function compile(say: Say): Promise<void> {
    say("Compiling nix-cache");
    const tsc = join(projectDir, "node_modules", "typescript", "bin", "tsc");
    const project = join(projectDir, "tsconfig.build.json");
    const { status, stdout } = await run(process.execPath, [tsc, "--project", project]);
    if (status !== 0) throw new UserError(`the sources do not compile: ${lastLine(stdout)}`);
}
