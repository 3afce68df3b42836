import { declare, type Declared } from "../cache/declared.ts";
import { findingLines, isFinal, type Finding } from "../drift/finding.ts";
import { wrapped } from "../cache/wrap.ts";
import { carryOut } from "../minio/removals.ts";
import { checkBeforeUp } from "../engine/beforeUp.ts";
import { command } from "../system/command.ts";
import { confirm } from "../system/confirm.ts";
import { driftJson, driftStatus, findingJson, lookForDrift, type DriftReport } from "./drift.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { askBackendFolder, forgetResources } from "../engine/forget.ts";
import {
    differences,
    planSteps,
    removalDone,
    removalsOf,
    removalStep,
    type Differences,
} from "../drift/healPlan.ts";
import { asCalled } from "../system/asCalled.ts";
import { account, entered, mayChange } from "../system/ledger.ts";
import { pendingChanges, pendingKeys } from "../drift/pending.ts";
import { changedPlanLines } from "../drift/healPlanChanged.ts";
import { stoppable, type GoOn } from "../engine/stoppable.ts";
import { startEngine, type Engine } from "../engine/loading.ts";
import { deployed, open, type Deployed } from "../engine/open.ts";
import type { Told } from "../engine/events.ts";
import type { Target } from "../engine/target.ts";
import { checkConfig } from "../stack/stackConfig.ts";
import { isStateWhole, readResources, type Deployment } from "../engine/wholeState.ts";

/** The options of `nix-cache heal`. */
interface HealOptions {
    /** Does not ask. Default: false. */
    readonly yes?: boolean | undefined;
    readonly json?: boolean | undefined;
}

export default command({
    summary: "puts the server back, with the same keys and secrets; asks first",
    options: { yes: { type: "boolean", short: "y", help: "does not ask" } },
    ends: [
        EXIT.failed,
        [EXIT.drift, "drift is left, or the server has changed since the plan was shown"],
        EXIT.unreachable,
        EXIT.beyondRepair,
    ],
    run: heal,
});

/** The server is not as it was when the plan was shown. */
class OtherPlan extends Error {
    readonly report: DriftReport;
    readonly differences: Differences;

    constructor(report: DriftReport, found: Differences) {
        super("what differs on the server is not what was shown");
        this.report = report;
        this.differences = found;
    }
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
 * The server is looked at three times: for the plan; after the person has
 * agreed to it; and when Pulumi holds the stack's lock, just before the first thing is
 * taken away. Nothing is done that the plan does not have.
 *
 * With `--json` what is said goes to standard error, and standard output gets
 * one object at the end.
 */
async function heal(given: Target, options: HealOptions): Promise<ExitStatus> {
    mayChange();
    const say = options.json === true ? console.error : console.log;
    const starting = startEngine(given.folder);
    const [opened, resources] = await Promise.all([open(given), readResources(given)]);
    const target = deployed(opened);
    const { stack, config } = target;
    const { declared } = target.outputs;
    const look = () => lookForDrift(target, { declared, config });
    const report = await look();
    const { connection, findings } = report;
    const isWhole = isStateWhole(resources, declared);
    const done: string[] = [];
    const doing = (what: string) => {
        done.push(what);
        say(`done: ${what}`);
    };
    const end = (now: DriftReport) => {
        if (options.json === true) {
            const found = findings.map(findingJson);
            const left = driftJson(now.connection, now.declared.bucket, now.findings);
            console.log(JSON.stringify({ stack, ...left, healed: { found, done } }));
        }
        return driftStatus(now.findings);
    };

    if (findings.length === 0 && isWhole) {
        say(`no drift: nothing to heal on ${connection.url} (stack ${stack})`);
        return end(report);
    }
    // What the update would refuse is refused before anything is done.
    const isHopeless = isWhole && findings.every(isFinal);
    const check = () => checkBeforeUp(target);
    if (!isHopeless) await check();
    say(`stack ${stack}, server ${connection.url}, bucket ${declared.bucket}\n`);
    sayFindings(findings, "  ", say);
    if (!isWhole) say("  state of the stack: a run was cut short before it noted all that it had made");
    if (isHopeless) {
        say("\nnothing of this can be undone on MinIO; nothing was changed");
        return end(report);
    }
    const { settings, given: givenSecrets } = checkConfig(config);
    const pending = [
        ...pendingChanges(declare(settings, declared.generations), declared),
        ...pendingKeys(settings, givenSecrets, target.outputs),
    ];
    say(
        pending.length === 0
            ? "\nthis will be done; no object of the cache is deleted, no key or secret changes:"
            : "\nthis will be done; the configuration has changed since the last deployment:",
    );
    for (const line of planSteps(findings, pending).flatMap((step) => wrapped(step, "  - "))) say(line);
    const urns = findings.flatMap(({ makeAgain }) => makeAgain);
    const backend = urns.length === 0 ? undefined : askBackendFolder(target);
    if (options.yes !== true) {
        await confirm("go on?", asCalled("heal", "--yes"));
        await check();
    }

    let made: Declared | undefined;
    try {
        const again = await look();
        const found = differences(findings, again.findings);
        if (found.added.length + found.gone.length > 0) throw new OtherPlan(again, found);
        made = await stoppable((goOn) =>
            carryOutPlan({ starting, target, resources, urns, backend }, findings, doing, goOn),
        );
    } catch (error) {
        if (!(error instanceof OtherPlan)) throw error;
        for (const line of changedPlanLines(error.differences, account(), asCalled("heal"))) say(line);
        return end(error.report);
    }

    const after = await lookForDrift(target, { declared: made, config });
    const remains = findings.flatMap((finding) => finding.remains ?? []);
    if (remains.length > 0) say(`\n${remains.flatMap((line) => wrapped(line)).join("\n")}`);
    if (after.findings.length === 0) say("\nno drift: all of it is as the stack declares it");
    else {
        say("\nleft:");
        sayFindings(after.findings, "  ", say);
    }
    return end(after);
}

/** What a plan is carried out with; what takes time was begun before. */
interface Tools {
    readonly starting: Promise<Engine>;
    readonly target: Deployed;
    readonly resources: Deployment;
    /** What is to be made again. */
    readonly urns: readonly string[];
    /** Undefined where nothing is to be made again. */
    readonly backend: Promise<string | undefined> | undefined;
}

/**
 * The state first: where it cannot be written, nothing was done to the server
 * yet. Then all else in one `pulumi up`, which holds the stack's lock.
 *
 * @returns what the stack declares then
 */
async function carryOutPlan(
    { starting, target, resources, urns, backend }: Tools,
    findings: readonly Finding[],
    doing: (what: string) => void,
    goOn: GoOn,
): Promise<Declared | undefined> {
    await forgetResources(target, urns, resources, backend);
    const engine = await starting;
    goOn();
    const onTold = (told: Told) => {
        if (told.kind !== "done" || told.step.op !== "create") return;
        const [provider, , kind = ""] = told.step.type.split(":");
        if (provider === "minio") doing(`made ${kind} ${told.step.name} again`);
    };
    const { declared } = await engine.up(target, { onTold }, async (deployedNow) => {
        // Anew: another run may have deployed something else meanwhile.
        const now = await lookForDrift(target, { declared: await deployedNow(), config: target.config });
        // What another run has put back meanwhile is no reason to stop; what is new is not agreed to.
        const found = differences(findings, now.findings);
        if (found.added.length > 0) throw new OtherPlan(now, found);
        for (const removal of removalsOf(now.findings)) {
            goOn();
            const words = removalDone(removal);
            await carryOut(now.connection, now.declared.bucket, removal).catch((error: unknown) => {
                if (mayHaveCome(error)) entered(`perhaps ${words}`);
                throw error;
            });
            entered(words);
            doing(removalStep(removal));
        }
    });
    return declared;
}

/** Whether the server may have done what it was asked, though nobody was told: the connection broke, and had been there. */
function mayHaveCome(error: unknown): boolean {
    const { cause } = error as { cause?: { code?: string } };
    return cause !== undefined && !["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"].includes(cause.code ?? "");
}

function sayFindings(findings: readonly Finding[], first: string, say: (line: string) => void): void {
    for (const line of findings.flatMap((finding) => findingLines(finding, first))) say(line);
}
