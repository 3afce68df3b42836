import { findingLine, isFinal, type Finding, type Removal } from "../drift/finding.ts";
import { carryOut } from "../server/removals.ts";
import { checkBeforeUp } from "./beforeUp.ts";
import { confirm } from "./confirm.ts";
import { driftJson, driftStatus, findingJson, lookForDrift } from "./drift.ts";
import type { ExitStatus } from "./exitStatus.ts";
import { forgetResources } from "./forget.ts";
import { stoppable } from "./stoppable.ts";
import { stackName, type Target } from "./target.ts";
import { isStateWhole } from "./wholeState.ts";

/** The options of `nix-cache heal`. */
export interface HealOptions {
    /** Does not ask. Default: false. */
    readonly yes?: boolean | undefined;
    readonly json?: boolean | undefined;
}

/**
 * `nix-cache heal`: puts the server back to what the stack declares, with the
 * same keys and secrets.
 *
 * What differs is taken out of the state, what was added is taken away on the
 * server, and `pulumi up` makes again what is missing. Each step can be
 * repeated: whatever a run that was cut short had done, the next one finds
 * what is left.
 *
 * With `--json` what is said goes to standard error, and standard output gets
 * one object at the end.
 */
export async function heal(target: Target, options: HealOptions): Promise<ExitStatus> {
    const say = options.json === true ? console.error : console.log;
    const { outputs, connection, findings } = await lookForDrift(target);
    const { bucket } = outputs.declared;
    const [stack, isWhole] = await Promise.all([stackName(target), isStateWhole(target, outputs.declared)]);
    const done: string[] = [];
    const doing = (what: string) => {
        done.push(what);
        say(`done: ${what}`);
    };
    const end = (left: readonly Finding[]) => {
        if (options.json === true) {
            const found = findings.map(findingJson);
            console.log(
                JSON.stringify({ stack, ...driftJson(connection, bucket, left), healed: { found, done } }),
            );
        }
        return driftStatus(left);
    };

    if (findings.length === 0 && isWhole) {
        say(`no drift: nothing to heal on ${connection.url} (stack ${stack})`);
        return end([]);
    }
    // What the update would refuse is refused before anything is done.
    const isHopeless = isWhole && findings.every(isFinal);
    if (!isHopeless) await checkBeforeUp(target, stack, outputs.declared, "update");
    say(`stack ${stack}, server ${connection.url}, bucket ${bucket}\n`);
    findings.forEach((finding) => say(`  ${findingLine(finding)}`));
    if (!isWhole) say("  state of the stack: a run was cut short before it noted all that it had made");
    if (isHopeless) {
        say("\nnothing of this can be undone on MinIO; nothing was changed");
        return end(findings);
    }
    say("\nthis will be done; no object of the cache is deleted, no key or secret changes:");
    plan(findings).forEach((step) => say(`  - ${step}`));
    if (options.yes !== true) await confirm("go on?");

    await stoppable(async (goOn) => {
        // The state first: where it cannot be written, nothing was done to the server yet.
        await forgetResources(
            target,
            findings.flatMap(({ makeAgain }) => makeAgain),
        );
        for (const removal of removalsOf(findings)) {
            goOn();
            await carryOut(connection, bucket, removal);
            doing(removalStep(removal));
        }
        const { upStack } = await import("./upStack.ts");
        goOn();
        await upStack(target, stack, (line) => {
            const made = /^ *\+ +minio:index:(\w+) (\S+) created/.exec(line);
            if (made !== null) doing(`made ${made[1] ?? ""} ${made[2] ?? ""} again`);
        });
    });

    const { findings: left } = await lookForDrift(target);
    const remains = findings.flatMap((finding) => finding.remains ?? []);
    if (remains.length > 0) say(`\n${remains.join("\n")}`);
    if (left.length === 0) say("\nno drift: all of it is as the stack declares it");
    else {
        say("\nleft:");
        left.forEach((finding) => say(`  ${findingLine(finding)}`));
    }
    return end(left);
}

function plan(findings: readonly Finding[]): string[] {
    const again = new Set(
        findings.filter(({ makeAgain }) => makeAgain.length > 0).map(({ subject }) => subject),
    );
    return [
        ...removalsOf(findings).map(removalStep),
        ...[...again].map((subject) => `make again: ${subject}`),
        "run pulumi up with the stack's configuration",
    ];
}

/** In the order in which they are carried out, each once: several findings about one user have the same. */
function removalsOf(findings: readonly Finding[]): Removal[] {
    const all = findings.flatMap(({ removals }) => removals);
    const each = [...new Map(all.map((removal) => [JSON.stringify(removal), removal])).values()];
    // MinIO suspends no versioning that replication needs.
    const isLate = ({ remove }: Removal) => Number(remove === "versioning");
    return each.sort((a, b) => isLate(a) - isLate(b));
}

function removalStep(removal: Removal): string {
    switch (removal.remove) {
        case "user":
            return `remove user ${removal.user}, who comes back at once with the stack's secret and nothing given by hand`;
        case "attachment":
            return `take the write policy away from ${removal.isGroup ? "group" : "user"} ${removal.from}`;
        case "target":
            return `remove the bucket's replication target ${removal.arn}`;
        case "versioning":
            return "suspend the bucket's versioning";
        default:
            return `remove the bucket's ${removal.remove}`;
    }
}
