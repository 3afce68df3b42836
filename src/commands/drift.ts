import { objectNames, type Declared } from "../cache/declared.ts";
import { findDrift } from "../drift/findDrift.ts";
import { findingLines, isFinal, isRepairable, type Finding } from "../drift/finding.ts";
import type { Connection } from "../s3/connection.ts";
import { asCalled } from "../system/asCalled.ts";
import { command, METRICS } from "../system/command.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { checkServerConfig } from "../stack/serverConfig.ts";
import type { RawConfig } from "../stack/rawConfig.ts";
import { readOutputs, readRawConfig, type Target } from "../engine/target.ts";

/** What was compared, and what is different. */
export interface DriftReport {
    readonly declared: Declared;
    readonly connection: Connection;
    readonly findings: readonly Finding[];
}

/**
 * Compares the server with what the stack declares. Reads only.
 *
 * @param given what was read of the stack before. Default: it is read now
 * @throws ServerError when the server cannot be reached or refuses the credentials
 */
export async function lookForDrift(
    target: Target,
    given: { readonly declared?: Declared | undefined; readonly config?: RawConfig } = {},
): Promise<DriftReport> {
    // Both decrypt, which is most of the time that this takes: at the same time, and code is loaded meanwhile.
    const [declared, config, { readSnapshot }] = await Promise.all([
        given.declared ?? readOutputs(target).then((outputs) => outputs.declared),
        given.config ?? readRawConfig(target),
        import("../minio/snapshot.ts"),
    ]);
    const { connection } = checkServerConfig(config);
    const live = await readSnapshot(connection, declared.bucket, objectNames(declared));
    const findings = findDrift(declared, live);
    return { declared, connection, findings };
}

/** The exit status for these findings: what can be put back comes before what cannot. */
export function driftStatus(findings: readonly Finding[]): ExitStatus {
    if (findings.length === 0) return EXIT.ok;
    return findings.every(isFinal) ? EXIT.beyondRepair : EXIT.drift;
}

export default command({
    summary: "compares the server with what the stack declares; reads only",
    options: { metrics: METRICS },
    ends: [EXIT.failed, EXIT.drift, EXIT.unreachable, EXIT.beyondRepair],
    run: (target, { json = false }) => drift(target, json),
});

/** `nix-cache drift` */
async function drift(target: Target, json: boolean): Promise<ExitStatus> {
    const { declared, connection, findings } = await lookForDrift(target);
    const status = driftStatus(findings);
    const { bucket } = declared;
    if (json) {
        console.log(JSON.stringify(driftJson(connection, bucket, findings)));
        return status;
    }
    if (findings.length === 0) {
        console.log(`no drift: ${connection.url} is as the stack declares it`);
        return status;
    }
    for (const line of findings.flatMap((finding) => findingLines(finding))) console.log(line);
    if (status === EXIT.drift) {
        const all = findings.every(isRepairable);
        console.log(`\nto put ${all ? "it back" : "back what can be"}: ${asCalled("heal")}`);
        console.log(`(if a pulumi up was cut short before this, ${asCalled("up")} finishes it)`);
    }
    return status;
}

/** What `drift --json` prints. */
export function driftJson({ url }: Connection, bucket: string, findings: readonly Finding[]): object {
    return { server: url, bucket, drift: findings.length > 0, findings: findings.map(findingJson) };
}

/** One finding in it. */
export function findingJson(finding: Finding): object {
    return {
        subject: finding.subject,
        is: finding.is,
        shouldBe: finding.shouldBe,
        repairable: !isFinal(finding),
        ...(finding.beyondRepair === undefined ? {} : { advice: finding.beyondRepair }),
    };
}
