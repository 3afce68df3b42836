import assert from "node:assert/strict";
import type { Outcome } from "../../src/system/run.ts";
import { maySkip, skip } from "../skips.ts";
import { HomelabProject } from "./homelab/project.ts";
import { newFolder, theWorld } from "./world.ts";

/** What somebody does to the server by hand, and what `drift` says of it. */
const DAMAGE: readonly (readonly [command: readonly string[], said: RegExp])[] = [
    [
        ["admin", "policy", "detach", "server", "nix-cache-write", "--user", "nixbuilder"],
        /^user nixbuilder: policy nix-cache-write is not attached/m,
    ],
    // After its policy: to MinIO, a user that is disabled has none to take away.
    [["admin", "user", "disable", "server", "nixbuilder"], /^user nixbuilder: disabled on the server/m],
    [["anonymous", "set", "none", "server/nix-cache"], /^anonymous access to bucket nix-cache: /m],
    [["ilm", "rule", "rm", "--all", "--force", "server/nix-cache"], /^expiry of bucket nix-cache: /m],
    [["rm", "server/nix-cache/nix-cache-info"], /^object nix-cache-info\b/m],
];

/** How a way of running runs what it deploys and previews with; what heals is `nix-cache` in each. */
interface Way {
    readonly up: () => Promise<Outcome>;
    readonly preview: () => Promise<Outcome>;
    readonly nixCache: (...args: string[]) => Promise<Outcome>;
    /** Exit status of a preview that finds something to do. */
    readonly changes: number;
}

function ended({ status, stdout, stderr }: Outcome, expected: number): string {
    assert.equal(status, expected, stdout + stderr);
    return stdout;
}

/** Deploys the example, damages the server in five ways, and heals. */
async function lifeOf(project: HomelabProject, way: Way): Promise<void> {
    ended(await way.preview(), way.changes);
    ended(await way.up(), 0);
    ended(await way.preview(), 0);
    ended(await way.nixCache("drift"), 0);
    const keys = await outputs(project);
    assert.equal((keys.hostConfig as { caCertificate: string }).caCertificate, project.minio.connection.ca);

    for (const [command] of DAMAGE) await project.mc(...command);
    const drift = ended(await way.nixCache("drift"), 3);
    for (const [, said] of DAMAGE) assert.match(drift, said);
    ended(await way.preview(), way.changes);

    assert.match(
        ended(await way.nixCache("heal", "--yes"), 0),
        /\nno drift: all of it is as the stack declares it\n$/,
    );
    ended(await way.nixCache("drift"), 0);
    ended(await way.preview(), 0);
    ended(await way.up(), 0);
    assert.deepEqual(await outputs(project), keys);
}

/** What hosts and builders know, which must not change by itself. */
async function outputs(project: HomelabProject): Promise<Record<string, unknown>> {
    const { stdout } = await project.pulumi(["stack", "output", "--json", "--show-secrets"]);
    const { publicKey, secretKey, builders, hostConfig } = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(typeof publicKey, "string");
    return { publicKey, secretKey, builders, hostConfig };
}

/** A folder's name, and what is special about how one works in it. */
interface Place {
    readonly name: string;
    readonly folder: string;
    /** Whether its owner gets there by a link. */
    readonly isLink?: boolean;
    /** Whether the commands are called in another folder, and go to the project's themselves. */
    readonly isElsewhere?: boolean;
}

const PLACES: readonly Place[] = [
    { name: "in the project's folder", folder: "nix-cache" },
    { name: "in a folder with blanks and signs in its name", folder: "my cache, #1 [new]" },
    { name: "from another working folder", folder: "nix-cache", isElsewhere: true },
    { name: "in a folder that is a link to the project's", folder: "nix-cache", isLink: true },
];

describe("the homelab of the README, as it is in the repository, by nix-cache", function () {
    this.timeout(1_800_000);

    for (const { name, folder, isLink = false, isElsewhere = false } of PLACES) {
        it(`is deployed, and healed of five kinds of damage, ${name}`, async () => {
            const project = await HomelabProject.make(folder, isLink);
            // As `npm run --prefix` sets them: which script runs, and where it was called.
            const npm = (script = "") => ({ npm_lifecycle_event: script, INIT_CWD: newFolder("elsewhere") });
            const nixCache = (...args: string[]) =>
                project.nixCache(args, isElsewhere ? { env: npm(args[0]) } : {});
            await lifeOf(project, {
                up: () => nixCache("up"),
                preview: () => nixCache("preview"),
                nixCache,
                changes: 3,
            });
        });
    }
});

describe("the homelab of the README, as it is in the repository, by pulumi", function () {
    maySkip(this, "languageHost");
    this.timeout(1_800_000);

    before(async function () {
        if ((await theWorld()).tools.languageHost === undefined) skip(this, "languageHost");
    });

    for (const { name, folder, isLink = false, isElsewhere = false } of PLACES) {
        it(`is deployed, and healed of five kinds of damage, ${name}`, async () => {
            const project = await HomelabProject.make(folder, isLink);
            const cwd = newFolder("elsewhere");
            const pulumi = (...args: string[]) =>
                isElsewhere
                    ? project.pulumi([...args, "--cwd", project.folder], { cwd, env: { PWD: cwd } })
                    : project.pulumi(args);
            await lifeOf(project, {
                up: () => pulumi("up", "--yes"),
                preview: () => pulumi("preview", "--expect-no-changes"),
                nixCache: (...args) => project.nixCache(args),
                changes: 7,
            });
        });
    }
});
