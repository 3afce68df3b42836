import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createSecureContext, getCACertificates } from "node:tls";
import type { Connection } from "../s3/connection.ts";
import { accessChecks } from "../doctor/access.ts";
import { table, type Check } from "../doctor/check.ts";
import { contentChecks } from "../doctor/content.ts";
import type { Finding } from "../doctor/finding.ts";
import { reachabilityChecks } from "../doctor/reachability.ts";
import { DEFAULT_UPSTREAMS, Upstreams } from "../content/upstream.ts";
import { command, METRICS, type Given } from "../system/command.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { count, size } from "../system/optionValues.ts";
import { readOutputs, type Target } from "../engine/target.ts";

const DEFAULT_SAMPLE = 20;

const OPTIONS = {
    deep: {
        type: "boolean",
        help: "checks the whole content: signatures, references, expiry; reads every NAR and hashes it",
    },
    "nar-bytes": {
        type: "string",
        value: "SIZE",
        help: "with --deep: reads NARs of no more than so much in all, of every size; for example 10GiB",
    },
    sample: {
        type: "string",
        value: "N",
        help: `checks N narinfos; default: ${DEFAULT_SAMPLE}, with --deep: all`,
    },
    upstream: {
        type: "string",
        multiple: true,
        value: "URL",
        help: "another cache that hosts have, asked for what is not in this one; more than once for several, '' for none. Default: https://cache.nixos.org",
    },
    all: {
        type: "boolean",
        help: "lists everything that is wrong, and not the first of each check (--json does, too)",
    },
    metrics: METRICS,
} as const;

type Options = Given<typeof OPTIONS>;

export default command({
    summary: "looks at the cache as hosts see it",
    options: OPTIONS,
    ends: [EXIT.failed, EXIT.unreachable, EXIT.doctorWarning, EXIT.doctorFailure],
    run: doctor,
});

/** `nix-cache doctor`: looks at the cache as hosts see it; all it changes is its probe object. */
async function doctor(target: Target, options: Options): Promise<ExitStatus> {
    const deep = options.deep === true;
    // undefined: all of them.
    const sample = count("sample", options.sample) ?? (deep ? undefined : DEFAULT_SAMPLE);
    const narBytes =
        size("nar-bytes", options["nar-bytes"], { option: "deep", given: deep }) ?? (deep ? Infinity : 0);
    const upstreamUrls = (options.upstream ?? DEFAULT_UPSTREAMS).filter((url) => url !== "");
    // Before anything takes its time.
    new Upstreams(upstreamUrls, undefined).close();
    const outputs = await readOutputs(target);
    const { endpoint, caCertificate, region } = outputs.hostConfig;
    // As in the bundle that hosts have: what the system trusts, and the private CA.
    const ca =
        caCertificate === null ? undefined : [...getCACertificates("default"), caCertificate].join("\n");
    const agent = newAgent(endpoint, ca);
    const anonymous: Connection = { url: endpoint, region, agent };
    const upstreams = new Upstreams(upstreamUrls, ca);
    const all = options.all === true || options.json === true;

    const checks = await reachabilityChecks(endpoint, ca);
    const findings: Finding[] = [];
    if (checks.every(({ result }) => result !== "failure")) {
        checks.push(...(await accessChecks(outputs, anonymous)));
        const content = await contentChecks(outputs, anonymous, { sample, narBytes, all, upstreams });
        checks.push(...content.checks);
        findings.push(...content.findings);
    }
    agent.destroy();
    upstreams.close();
    console.log(options.json === true ? asJson(endpoint, checks, findings) : table(checks));
    return worst(checks);
}

/** The findings stand once, as `broken`, with all their parts. */
function asJson(endpoint: string, checks: readonly Check[], findings: readonly Finding[]): string {
    const broken = findings.map(({ path = null, ...rest }) => ({ path, ...rest }));
    return JSON.stringify({
        endpoint,
        checks: checks.map((check) => ({ ...check, details: undefined })),
        broken,
    });
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

function worst(checks: readonly Check[]): ExitStatus {
    const results = new Set(checks.map(({ result }) => result));
    if (results.has("failure")) return EXIT.doctorFailure;
    return results.has("warning") ? EXIT.doctorWarning : EXIT.ok;
}
