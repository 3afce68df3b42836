import { XMLParser } from "fast-xml-parser";
import type { LiveBucket, LiveRule } from "../cache/live.ts";
import type { Files } from "./exportFiles.ts";

/** Parts of the export that say nothing where they are empty, and what is read below. */
const READ = ["policy.json", "lifecycle.xml", "versioning.xml", "object-lock.xml", "quota.json"];

/** Reads one bucket's settings from the files of MinIO's export of it (`mc admin cluster bucket export`). */
export function readBucket(files: Files): LiveBucket {
    const policy = files["policy.json"];
    const versioning = /<Status>(\w+)<\/Status>/.exec(files["versioning.xml"] ?? "")?.[1];
    const quota = JSON.parse(files["quota.json"] ?? "{}") as { quota?: number; size?: number };
    return {
        ...(policy === undefined ? {} : { policy: JSON.parse(policy) as unknown }),
        rules: readRules(files["lifecycle.xml"]),
        versioning: versioning === "Enabled" ? "enabled" : versioning === "Suspended" ? "suspended" : "off",
        objectLocking: (files["object-lock.xml"] ?? "").includes("<ObjectLockEnabled>Enabled"),
        quota: Math.max(quota.quota ?? 0, quota.size ?? 0),
        others: Object.keys(files).filter((name) => !READ.includes(name) && !isEmpty(files[name] ?? "")),
    };
}

/** `<X></X>` or `<X/>`, with or without attributes: MinIO exports settings that are not there so. */
function isEmpty(text: string): boolean {
    return /^\s*(<\?[^>]*>\s*)?<(\w+)[^>]*>\s*(<\/\2>)?\s*$/.test(text) || /^\s*(\{\}|null|)\s*$/.test(text);
}

interface RuleXml {
    ID?: string;
    Status?: string;
    Prefix?: string;
    Filter?: { Prefix?: string } & Record<string, unknown>;
    Expiration?: { Days?: string } & Record<string, unknown>;
}

function readRules(xml: string | undefined): LiveRule[] {
    if (xml === undefined) return [];
    const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === "Rule" });
    const document = parser.parse(xml) as { LifecycleConfiguration?: { Rule?: RuleXml[] } | "" };
    const configuration = document.LifecycleConfiguration;
    const rules = configuration === undefined || configuration === "" ? [] : (configuration.Rule ?? []);
    return rules.map((rule) => {
        const filter = typeof rule.Filter === "object" ? rule.Filter : {};
        const expiration = typeof rule.Expiration === "object" ? rule.Expiration : {};
        const unknown = [
            ...Object.keys(rule).filter(
                (key) => !["ID", "Status", "Prefix", "Filter", "Expiration"].includes(key),
            ),
            ...Object.keys(filter)
                .filter((key) => key !== "Prefix")
                .map((key) => `Filter ${key}`),
            ...Object.keys(expiration)
                .filter((key) => key !== "Days")
                .map((key) => `Expiration ${key}`),
        ];
        return {
            id: rule.ID ?? "",
            enabled: rule.Status === "Enabled",
            prefix: filter.Prefix ?? rule.Prefix ?? "",
            ...(expiration.Days === undefined ? {} : { days: Number(expiration.Days) }),
            other: unknown,
        };
    });
}
