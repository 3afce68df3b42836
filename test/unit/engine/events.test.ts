import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Finding } from "../../../src/drift/finding.ts";
import { toldBy, type Told } from "../../../src/engine/events.ts";
import { follow, isMarker, summary } from "../../../src/engine/follow.ts";
import { PulumiError } from "../../../src/engine/pulumi.ts";
import { watched } from "../../../src/engine/watched.ts";
import { running, runInline } from "../../../src/stack/running.ts";

/** An event with the fields that are looked at, named as in sdk/go/common/apitype/events.go. */
function event(part: object): EngineEvent {
    return { sequence: 1, timestamp: 1, ...part };
}

function step(op: string, more: object = {}, type = "minio:index/s3Object:S3Object", name = "page"): object {
    return { metadata: { op, type, urn: `urn:pulumi:s::p::nix-cache:index:Page$${type}::${name}`, ...more } };
}

const begins = (op: string, more: object = {}) => event({ resourcePreEvent: step(op, more) });
const done = (op: string, more: object = {}) => event({ resOutputsEvent: step(op, more) });
const says = (severity: string, message: string) => event({ diagnosticEvent: { severity, message } });

function told(one: EngineEvent): Told {
    const found = toldBy(one);
    assert.ok(found, JSON.stringify(one));
    return found;
}

describe("what the engine's events tell", () => {
    it("is what is created, changed and deleted, by its type as people read it and its name", () => {
        const page = { type: "minio:index:S3Object", name: "page", diff: "" };
        for (const op of ["create", "delete", "import", "create-replacement", "delete-replaced"])
            assert.deepEqual(toldBy(begins(op)), { kind: "begins", step: { ...page, op } });
        assert.deepEqual(toldBy(done("create")), { kind: "done", step: { ...page, op: "create" } });
    });

    it("keeps a name with two colons whole, and a type without a module as it is", () => {
        const one = event({ resourcePreEvent: step("create", {}, "pulumi:pulumi:Stack", "a::b") });
        assert.deepEqual(toldBy(one), {
            kind: "begins",
            step: { op: "create", type: "pulumi:pulumi:Stack", name: "a::b", diff: "" },
        });
    });

    it("has each property that differs once, with what becomes of it", () => {
        const detailedDiff = {
            content: { diffKind: "update" },
            "rules[0].days": { diffKind: "add" },
            "rules[1]": { diffKind: "delete" },
            "tags.owner": { diffKind: "add" },
            region: { diffKind: "add" },
            acl: { diffKind: "delete-replace" },
        };
        const { step: one } = told(begins("update", { detailedDiff })) as { step: { diff: string } };
        assert.equal(one.diff, "~content,~rules,~tags,+region,-acl");
        const { step: other } = told(begins("update", { diffs: ["content", "etag"] })) as {
            step: { diff: string };
        };
        assert.equal(other.diff, "~content,~etag");
    });

    it("is a warning or an error without colors, and how many resources were what", () => {
        assert.deepEqual(toldBy(says("warning", "<{%fg 3%}>careful<{%reset%}>\n")), {
            kind: "warning",
            message: "careful",
        });
        assert.deepEqual(toldBy(says("error", "no")), { kind: "error", message: "no" });
        const resourceChanges = { same: 3, create: 1 };
        assert.deepEqual(toldBy(event({ summaryEvent: { resourceChanges } })), {
            kind: "summary",
            changes: resourceChanges,
        });
    });

    it("is nothing for what does not change, and for what is said on the way", () => {
        for (const op of ["same", "read", "refresh"]) {
            assert.equal(toldBy(begins(op)), undefined);
            assert.equal(toldBy(done(op)), undefined);
        }
        assert.equal(toldBy(says("info", "hello")), undefined);
        assert.equal(toldBy(says("debug", "hello")), undefined);
        assert.equal(toldBy(event({ preludeEvent: { config: {} } })), undefined);
    });
});

describe("following a run of Pulumi", () => {
    const play = (what: "up" | "preview", events: readonly EngineEvent[]) => {
        const said: string[] = [];
        const followed = follow(what, (line) => said.push(line));
        for (const one of events) {
            const known = toldBy(one);
            if (known !== undefined) followed.onTold(known);
        }
        return { said, followed };
    };

    it("has a line for each change of a preview when it begins, and none again when it is done", () => {
        const { said, followed } = play("preview", [
            begins("update", { diffs: ["content"] }),
            done("update", { diffs: ["content"] }),
            begins("same"),
            begins("delete"),
            // The parts of a replacement are not shown.
            begins("create-replacement"),
            begins("replace"),
        ]);
        assert.deepEqual(said, [
            "~ minio:index:S3Object page update [diff: ~content]",
            "- minio:index:S3Object page delete",
            "+- minio:index:S3Object page replace",
        ]);
        assert.deepEqual(followed.changes, said);
    });

    it("has a line for each change of an update when it is done, not when it begins", () => {
        assert.deepEqual(play("up", [begins("create")]).said, []);
        const { said } = play("up", [begins("create"), done("create"), begins("delete"), done("delete")]);
        assert.match(said[0] ?? "", /^\+ minio:index:S3Object page created \(\d+\.\d\ds\)$/);
        assert.match(said[1] ?? "", /^- minio:index:S3Object page deleted \(\d+\.\d\ds\)$/);
        assert.equal(said.length, 2);
    });

    it("shows the first line of a warning once, and what others wrote into it without its control characters", () => {
        const { said, followed } = play("up", [
            says("warning", "careful\nand more"),
            says("warning", "careful\nand other"),
            says("warning", "\u001B[2Jgone"),
        ]);
        assert.deepEqual(followed.warnings, ["careful", "\u001B[2Jgone"]);
        assert.equal(said[0], "warning: careful");
        assert.equal(said.length, 2);
        assert.doesNotMatch(said.join(""), /\u001B/);
    });

    it("notes a change that is not to be shown", () => {
        const said: string[] = [];
        const followed = follow(
            "preview",
            (line) => said.push(line),
            (one) => !isMarker(one),
        );
        const marker = step("update", {}, "random:index/randomUuid:RandomUuid", "drift");
        followed.onTold(told(event({ resourcePreEvent: marker })));
        assert.deepEqual(said, []);
        assert.deepEqual(followed.changes, ["~ random:index:RandomUuid drift update"]);
    });

    it("sums up what is no change as nothing", () => {
        assert.equal(summary({ same: 12, read: 1 }), undefined);
        assert.equal(summary({ same: 12, create: 3, update: 1 }), "create 3, update 1");
    });
});

describe("a watched operation", () => {
    it("gives the summary's changes, and each event to who watches", async () => {
        const all: string[] = [];
        const changes = await watched({ onTold: ({ kind }) => all.push(kind) }, ({ onEvent }) => {
            onEvent(begins("create"));
            onEvent(begins("same"));
            onEvent(event({ summaryEvent: { resourceChanges: { create: 1 } } }));
            return Promise.resolve();
        });
        assert.deepEqual(all, ["begins", "summary"]);
        assert.deepEqual(changes, { create: 1 });
    });

    it("fails with the engine's error, not with the lines around it", async () => {
        const failing = watched({}, ({ onEvent, onOutput }) => {
            onOutput("error: something that was printed\n");
            onEvent(says("error", "the bucket is not there"));
            return Promise.reject(new Error("code: 255"));
        });
        await assert.rejects(failing, (error) => {
            assert.ok(error instanceof PulumiError);
            assert.equal(error.message, "the bucket is not there");
            assert.match(error.output, /something that was printed\n[^]*code: 255/);
            return true;
        });
    });

    it("passes on whole lines, however they come", async () => {
        const lines: string[] = [];
        await watched({ onLine: (line) => lines.push(line) }, ({ onOutput }) => {
            for (const part of ["one\ntw", "o\n", "\nthree\n"]) onOutput(part);
            return Promise.resolve();
        });
        assert.deepEqual(lines, ["one", "two", "three"]);
    });
});

describe("what a program in this process finds", () => {
    it("reaches who runs it as it is, and nobody else", async () => {
        const findings: readonly Finding[] = [
            { subject: "a", is: "b", shouldBe: "c", makeAgain: [], removals: [] },
        ];
        const [first, second]: (readonly Finding[])[][] = [[], []];
        const program = async (found: readonly Finding[]) => {
            await Promise.resolve();
            running().onDrift(found);
        };
        await Promise.all([
            runInline("/a", () => program(findings), { onDrift: (found) => first?.push(found) }),
            runInline("/b", () => program([]), { onDrift: (found) => second?.push(found) }),
        ]);
        assert.equal(first?.[0], findings);
        assert.deepEqual(second, [[]]);
    });
});
