import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createSecureContext, getCACertificates } from "node:tls";
import { UserError } from "../cache/problem.ts";
import type { Connection } from "../server/request.ts";
import type { Options } from "./commands.ts";
import { accessChecks } from "./doctor/access.ts";
import { table, type Check } from "./doctor/check.ts";
import { contentChecks } from "./doctor/content.ts";
import { reachabilityChecks } from "./doctor/reachability.ts";
import { EXIT, type ExitStatus } from "./exitStatus.ts";
import { readOutputs, type Target } from "./target.ts";

const DEFAULT_SAMPLE = 20;

/** `nix-cache doctor`: looks at the cache as hosts see it; all it changes is its probe object. */
export async function doctor(target: Target, options: Options): Promise<ExitStatus> {
    const sample = options.deep === true ? undefined : sampleSize(options.sample);
    const outputs = await readOutputs(target);
    const { endpoint, caCertificate, region } = outputs.hostConfig;
    // As in the bundle that hosts have: what the system trusts, and the private CA.
    const ca =
        caCertificate === null ? undefined : [...getCACertificates("default"), caCertificate].join("\n");
    const agent = newAgent(endpoint, ca);
    const anonymous: Connection = { url: endpoint, region, agent };

    const checks = await reachabilityChecks(endpoint, ca);
    if (checks.every(({ result }) => result !== "failure")) {
        checks.push(...(await accessChecks(outputs, anonymous)));
        checks.push(...(await contentChecks(outputs, anonymous, { sample, progress: progress() })));
    }
    agent.destroy();
    console.log(options.json === true ? JSON.stringify({ endpoint, checks }) : table(checks));
    return worst(checks);
}

/**
 * Connections that are kept, and read the certificates once: given with each
 * request, hundreds of them would be most of its work.
 */
function newAgent(endpoint: string, ca: string | undefined): HttpAgent | HttpsAgent {
    const kept = { keepAlive: true, maxSockets: 64 };
    if (!endpoint.startsWith("https:")) return new HttpAgent(kept);
    return new HttpsAgent({
        ...kept,
        ...(ca === undefined ? {} : { secureContext: createSecureContext({ ca }) }),
    });
}

function sampleSize(given: string | undefined): number {
    if (given === undefined) return DEFAULT_SAMPLE;
    if (/^\d+$/.test(given) && Number(given) > 0) return Number(given);
    throw new UserError(`--sample is ${JSON.stringify(given)}; it must be a whole number from 1`);
}

function worst(checks: readonly Check[]): ExitStatus {
    const results = new Set(checks.map(({ result }) => result));
    if (results.has("failure")) return EXIT.doctorFailure;
    return results.has("warning") ? EXIT.doctorWarning : EXIT.ok;
}

/** Says every two seconds how far it is, on standard error. */
function progress(): (done: number) => void {
    const start = Date.now();
    let last = start;
    return (done) => {
        const now = Date.now();
        if (now - last < 2000) return;
        last = now;
        process.stderr.write(
            `${done} narinfos looked at, ${Math.round((done * 1000) / (now - start))} a second\n`,
        );
    };
}
