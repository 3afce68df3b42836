import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import { projectDir } from "../../sandbox/paths.ts";
import { ROOMS, type Room } from "./rooms.ts";

/** Every room's rule, and the one against circles, as dependency-cruiser takes them. */
function rules(): IForbiddenRuleType[] {
    const files = (room: string) => `^${room}/`;
    return [
        {
            name: "no circle",
            comment:
                "no circle: a circle of files cannot be read, tested or loaded in parts; types count too",
            severity: "error",
            from: {},
            to: { circular: true },
        },
        ...ROOMS.map(({ room, may, packages, why }): IForbiddenRuleType => ({
            name: room,
            comment: `${room} may import ${names([...may, ...packages])}: ${why}`,
            severity: "error",
            from: { path: files(room) },
            to: {
                pathNot: [
                    ...[room, ...may].map(files),
                    // A package whose file was not found is named as it was imported.
                    ...packages.flatMap((name) => [`^${name}`, `node_modules/${name}/`]),
                ],
                dependencyTypesNot: ["core"],
            },
        })),
    ];
}

function names(list: readonly string[]): string {
    return list.length === 0 ? "nothing" : list.join(", ");
}

/** A line for each import that breaks a rule. */
async function broken(folder: string): Promise<string[]> {
    const { output } = await cruise(["index.ts", ...ROOMS.map(({ room }) => room)], {
        baseDir: folder,
        validate: true,
        ruleSet: { forbidden: rules() },
        tsPreCompilationDeps: true,
        doNotFollow: { path: "node_modules" },
        enhancedResolveOptions: { extensions: [".ts", ".js"], exportsFields: ["exports"] },
    });
    const why = new Map(rules().map(({ name = "", comment = "" }) => [name, comment]));
    return (output as ICruiseResult).summary.violations.map(({ from, to, rule, cycle }) => {
        const imported = cycle === undefined ? to : cycle.map(({ name }) => name).join(", which imports ");
        return `${from} imports ${imported}: ${why.get(rule.name) ?? rule.name}`;
    });
}

function row({ room, what, may, packages }: Room): string {
    return `| \`${room}/\` | ${what} | ${names([...may, ...packages].map((name) => `\`${name}\``))} |`;
}

describe("the rooms", function () {
    this.timeout(120_000);

    it("import what their rules allow, and nothing in a circle", async () => {
        assert.deepEqual(await broken(projectDir), []);
    });

    it("are in CONTRIBUTING.md as the rules have them", () => {
        const text = readFileSync(join(projectDir, "CONTRIBUTING.md"), "utf8");
        const missing = ROOMS.map(row).filter((line) => !text.includes(`${line}\n`));
        assert.deepEqual(missing, []);
    });

    it("are named with their reason where an import breaks a rule", async () => {
        const folder = mkdtempSync(join(tmpdir(), "nix-cache-rooms-"));
        try {
            for (const { room } of ROOMS) mkdirSync(join(folder, room), { recursive: true });
            const files = {
                "index.ts": "export {};\n",
                "src/cache/a.ts": 'import type { b } from "../push/b.ts";\nexport type a = typeof b;\n',
                "src/push/b.ts": 'export const b = async () => import("./c.ts");\n',
                "src/push/c.ts": 'import type { b } from "./b.ts";\nexport type c = typeof b;\n',
            };
            for (const [file, text] of Object.entries(files)) {
                mkdirSync(dirname(join(folder, file)), { recursive: true });
                writeFileSync(join(folder, file), text);
            }
            const found = await broken(folder);
            assert.ok(
                found.some((line) =>
                    line.startsWith(
                        "src/cache/a.ts imports src/push/b.ts: src/cache may import tweetnacl: pure code ",
                    ),
                ),
                found.join("\n"),
            );
            assert.ok(
                found.some((line) => / imports .*: no circle: /.test(line)),
                found.join("\n"),
            );
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    });
});
