import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { HOST_NAMES } from "../../src/hosts/kinds.ts";
import { installedCommands } from "../../src/cli/commandFiles.ts";
import { RENEWAL } from "../unit/push/renewal.ts";
import { EXIT_WORDS } from "../../src/system/exitStatus.ts";
import { renewMetrics } from "../../src/push/renewReport.ts";
import { reportMetrics } from "../../src/push/report.ts";
import { figuresMetrics } from "../../src/report/metrics.ts";
import { checkConfig } from "../../src/stack/stackConfig.ts";
import { projectDir } from "../../sandbox/paths.ts";
import { SAMPLE } from "../unit/report/sample.ts";
import { names, readPage, table, type Page } from "./markdown.ts";

const page = (file: string): Page => readPage(projectDir, file);
const text = (file: string) => readFileSync(join(projectDir, file), "utf8");

const ALL = [
    "README.md",
    "CONTRIBUTING.md",
    ...readdirSync(join(projectDir, "docs"))
        .filter((file) => file.endsWith(".md"))
        .map((file) => `docs/${file}`),
].map(page);

const COMMANDS = new Map(await installedCommands());

/** Every key that the configuration is asked for, and one that it needs. */
function keysRead(): string[] {
    const given: Record<string, string> = {
        "minio:minioServer": "s3.homelab.local",
        "minio:minioUser": "admin",
        "minio:minioPassword": "secret",
    };
    const read = new Set<string>();
    const values = new Proxy(given, {
        get: (target, key: string) => {
            read.add(key);
            return target[key];
        },
    });
    checkConfig({ values, isSecret: () => true, project: "nix-cache", stack: "x", folder: projectDir });
    return [...read].map((key) => key.replace("nix-cache:", ""));
}

describe("what the documents name", () => {
    const settings = ["The server", "The cache"].flatMap((under) =>
        table(page("docs/configuration.md"), under),
    );

    it("is every setting that the configuration knows, and no other", () => {
        const documented = settings.flatMap(([key]) => names(key));
        assert.deepEqual(documented.toSorted(), keysRead().sort());
    });

    it("is every setting of Pulumi.yaml, with its default", () => {
        const { config } = parse(text("Pulumi.yaml")) as { config: Record<string, { default: unknown }> };
        const own = settings.filter(([key]) => !(key ?? "").includes("minio:"));
        assert.deepEqual(own.flatMap(([key]) => names(key)).sort(), Object.keys(config).sort());
        for (const [key, shown] of own) {
            const value = config[names(key)[0] ?? ""]?.default;
            // An empty one is made of others, and said in words.
            const isEmpty = ["", "[]", "{}"].includes(JSON.stringify(value).replaceAll('"', ""));
            if (isEmpty) assert.match(shown ?? "", /^(none|none, secret|from |the |all )/, key);
            else assert.equal(shown, `\`${JSON.stringify(value).replaceAll('"', "")}\``, key);
        }
    });

    it("is every output of the stack", () => {
        const exported = [...text("index.ts").matchAll(/^export const (\w+) =/gm)].map(([, name]) => name);
        assert.ok(exported.length > 0);
        const rows = table(page("docs/outputs.md"), "What does the stack tell me, and how do I read it?");
        assert.deepEqual(rows.flatMap(([name]) => names(name)).sort(), exported.sort());
    });

    it("is every command, exit status, metric and kind of host", () => {
        const commands = table(page("README.md"), "Commands").flatMap(([name]) => names(name));
        assert.deepEqual(commands.toSorted(), [...COMMANDS.keys()]);

        const statuses = table(page("docs/operating.md"), "Exit statuses").map(([status]) => Number(status));
        assert.deepEqual(statuses, Object.keys(EXIT_WORDS).map(Number));

        const now = new Date();
        const metrics = [
            ...renewMetrics(RENEWAL, 0),
            ...reportMetrics({ folder: "", waiting: 0, limit: 0, failed: [], dropped: 0, pushed: 0 }, now),
        ].map(([name]) => name);
        const documented = table(page("docs/alerts.md"), "By Prometheus").flatMap(([name]) => names(name));
        assert.deepEqual(documented.map((name) => name.replace(/\{.*/, "")).sort(), metrics.toSorted());

        const figures = figuresMetrics(SAMPLE).map(([name]) => name);
        const reported = table(page("docs/report.md"), "By Prometheus and Grafana").flatMap(([name]) =>
            names(name),
        );
        assert.deepEqual(
            reported.map((name) => name.replace(/\{.*/, "")).sort(),
            [...new Set(figures)].sort(),
        );

        const hosts = table(page("docs/hosts.md"), "How does a machine that is not NixOS use the cache?");
        assert.deepEqual(hosts.flatMap(([name]) => names(name)).sort(), HOST_NAMES.toSorted());
    });

    it("is only scripts, commands and options that exist, where something is to be typed", () => {
        const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
        const lines = ALL.flatMap(({ file, code }) => code.map((line) => ({ file, line })));
        const typed = lines.flatMap(({ file, line }) =>
            [...line.matchAll(/(npm run|nix-cache|main\.ts) (?:-s )?([a-z]+)\b[^|;&]*/g)].map(
                ([whole, by = "", name = ""]) => ({ file, whole, isScript: by === "npm run", name }),
            ),
        );
        const seen = typed.filter(({ name }) => COMMANDS.has(name)).length;
        const wrong = typed.flatMap(({ file, whole, isScript, name }) => {
            const isThere = isScript ? name in scripts : COMMANDS.has(name);
            if (!isThere) return [`${file}: ${whole}`];
            return unknownOptions(name, whole).map((option) => `${file}: ${whole}: --${option}`);
        });
        assert.ok(seen > 20, "the documents name no commands");
        assert.deepEqual(wrong, []);
    });

    it("is only files of the project that exist", () => {
        const missing = ALL.flatMap(({ file, lines }) => {
            // As in a clone, and as it is run once it is built.
            const all = lines.join("\n").replaceAll("/opt/nix-cache/", "");
            return [...all.matchAll(/(?<![\w/.@-])((?:[\w-]+\/)+[\w.-]+\.(?:ts|mjs|nix|js))\b/g)]
                .map(([, path = ""]) => path.replace(/^dist\/(.*)\.js$/, "$1.ts"))
                .filter((path) => !path.startsWith("automation/") && !existsSync(join(projectDir, path)))
                .map((path) => `${file}: ${path}`);
        });
        assert.deepEqual(missing, []);
    });
});

/** Options that the command does not take. Of a script that is no command, none is looked at. */
function unknownOptions(name: string, line: string): string[] {
    const command = COMMANDS.get(name);
    if (command === undefined) return [];
    const known = Object.keys(command.options);
    const given = [...line.matchAll(/\s--([a-z][a-z-]*)/g)].map(([, option = ""]) => option);
    return given.filter((option) => !known.includes(option));
}
