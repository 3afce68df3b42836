import { XMLParser } from "fast-xml-parser";
import type { LiveBucket, LiveRule, ReplicationTarget } from "../cache/live.ts";
import type { Files } from "./exportFiles.ts";

/** Parts of the export that say nothing where they are empty, and what is read below. */
const READ = [
    "policy.json",
    "lifecycle.xml",
    "versioning.xml",
    "object-lock.xml",
    "quota.json",
    "bucket-targets.json",
];

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
        targets: readTargets(files["bucket-targets.json"] ?? ""),
        others: Object.keys(files).filter((name) => !READ.includes(name) && !isEmpty(files[name] ?? "")),
    };
}

/** `<X></X>` or `<X/>`, with or without attributes: MinIO exports settings that are not there so. */
function isEmpty(text: string): boolean {
    return /^\s*(<\?[^>]*>\s*)?<(\w+)[^>]*>\s*(<\/\2>)?\s*$/.test(text) || /^\s*(\{\}|null|)\s*$/.test(text);
}

/** XML, for all the name of its file. */
function readTargets(xml: string): ReplicationTarget[] {
    return xml
        .split("</Targets>")
        .map((target) => (tag: string) => new RegExp(`<${tag}>([^<]*)<`).exec(target)?.[1] ?? "")
        .filter((value) => value("Arn") !== "")
        .map((value) => ({ arn: value("Arn"), place: `${value("Endpoint")}/${value("TargetBucket")}` }));
}

type Filter = { Prefix?: string } & Record<string, unknown>;

interface RuleXml {
    ID?: string;
    Status?: string;
    Prefix?: string;
    Filter?: Filter & { And?: Filter };
    Expiration?: { Days?: string } & Record<string, unknown>;
}

function readRules(xml: string | undefined): LiveRule[] {
    if (xml === undefined) return [];
    const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === "Rule" });
    const document = parser.parse(xml) as { LifecycleConfiguration?: { Rule?: RuleXml[] } | "" };
    const configuration = document.LifecycleConfiguration;
    const rules = configuration === undefined || configuration === "" ? [] : (configuration.Rule ?? []);
    return rules.map((rule) => {
        const { And, ...single } = typeof rule.Filter === "object" ? rule.Filter : {};
        const filter: Filter = { ...single, ...And };
        const expiration = typeof rule.Expiration === "object" ? rule.Expiration : {};
        const unknown = [
            ...Object.keys(rule).filter(
                (key) => !["ID", "Status", "Prefix", "Filter", "Expiration"].includes(key),
            ),
            ...Object.entries(filter)
                .filter(([key]) => key !== "Prefix")
                .map(([key, value]) => filterWords(key, value)),
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

/** A part of a filter as its owner would say it. */
function filterWords(key: string, value: unknown): string {
    switch (key) {
        case "Tag": {
            const tags = (Array.isArray(value) ? value : [value]) as { Key?: string; Value?: string }[];
            return `for objects tagged ${tags.map(({ Key, Value }) => `${Key ?? ""}=${Value ?? ""}`).join(", ")}`;
        }
        case "ObjectSizeGreaterThan":
            return `for objects above ${String(value)} bytes`;
        case "ObjectSizeLessThan":
            return `for objects below ${String(value)} bytes`;
        default:
            return `Filter ${key}`;
    }
}
