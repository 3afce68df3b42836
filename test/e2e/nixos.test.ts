import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { HostConfig } from "../../src/hosts/hostConfig.ts";
import { projectDir } from "../../sandbox/paths.ts";
import { run } from "../../src/system/run.ts";
import { maySkip, skip } from "../skips.ts";
import { newerNix } from "./newerNix.ts";
import { defaultStack } from "./shared.ts";
import { newFolder } from "./world.ts";

/** What test/nixos/evaluate.nix gives. */
interface System {
    readonly assertions: string[];
    readonly nixConf: string;
    readonly hook: string | null;
    readonly certificates: string[];
    readonly tmpfiles: string[];
    readonly units: Record<string, string | null>;
    readonly options: string[];
    readonly undocumented: string[];
    readonly required: string[];
    readonly modules: string[];
    readonly shell: string;
    readonly checks: Record<string, string>;
}

type Settings = Record<string, unknown>;

const BUILDER = {
    enable: true,
    credentialsFile: "/run/secrets/credentials",
    signingKeyFile: "/run/secrets/signing-key",
};

describe("the NixOS modules", function () {
    maySkip(this, "nixpkgs");
    this.timeout(1_800_000);
    let nix = "";
    let nixpkgs = "";
    let host: HostConfig;
    let hostConfigFile: string;

    before(async function () {
        // The real file may be `nix`, which is told by its name what to do.
        nix = join((await newerNix()) ?? skip(this, "nixpkgs"), "nix-instantiate");
        nixpkgs = nixpkgsFolder() ?? skip(this, "nixpkgs");
        const { stack } = await defaultStack();
        const { stdout } = await stack.cli("stack", "output", "hostConfig", "--json");
        host = JSON.parse(stdout) as HostConfig;
        hostConfigFile = join(newFolder("nixos"), "nix-cache.json");
        writeFileSync(hostConfigFile, stdout);
    });

    const instantiate = (settings: Settings, extra: Settings) =>
        run(
            nix,
            [
                ...["--store", "dummy://", "--eval", "--strict", "--json"],
                join(projectDir, "test", "nixos", "evaluate.nix"),
                ...["--argstr", "nixpkgs", nixpkgs, "--argstr", "project", projectDir],
                ...["--argstr", "settings", JSON.stringify({ hostConfigFile, ...settings })],
                ...["--argstr", "extra", JSON.stringify(extra)],
            ],
            { env: { ...process.env, NIX_CONFIG: "build-users-group =", HOME: newFolder("home") } },
        );
    const evaluate = async (settings: Settings, extra: Settings = {}): Promise<System> => {
        const { status, stdout, stderr } = await instantiate(settings, extra);
        assert.equal(status, 0, stderr);
        return JSON.parse(stdout) as System;
    };
    const fails = async (settings: Settings): Promise<string> => {
        const { status, stderr } = await instantiate(settings, {});
        assert.notEqual(status, 0);
        return stderr;
    };
    const has = (text: string | null | undefined, line: string) =>
        assert.ok((text ?? "").split("\n").includes(line), `${line}\nis not in\n${text ?? "nothing"}`);

    it("change nothing until a role is enabled", async () => {
        const { nixConf, units, hook, certificates } = await evaluate({});
        assert.ok(!nixConf.includes(host.substituter));
        assert.equal(hook, null);
        assert.deepEqual(certificates, []);
        assert.equal(units["nix-cache-push.service"], null);
    });

    it("pin a host's systems by a credential that only its service reads", async () => {
        const pinner = { enable: true, name: "laptop", credentialsFile: "/run/secrets/pinner" };
        const { units, assertions } = await evaluate({ pinner });
        assert.deepEqual(assertions, []);
        const service = units["nix-cache-pin.service"];
        has(service, "LoadCredential=credentials:/run/secrets/pinner");
        has(service, "DynamicUser=true");
        has(service, "SuccessExitStatus=6");
        assert.match(service ?? "", /^ExecStart=\S+\/bin\/nix-cache pin --system --keep-days 180 laptop$/m);
        has(units["nix-cache-pin.timer"], "Persistent=true");
        has(units["nix-cache-pin.path"], "PathChanged=/run/current-system");
        const inStore = { ...pinner, credentialsFile: "/nix/store/x" };
        assert.match((await evaluate({ pinner: inStore })).assertions.join(), /in the Nix store/);
    });

    it("renew on a builder, where something expires, what pins keep alive", async () => {
        const { units, assertions } = await evaluate({ builder: BUILDER, metricsDir: "/var/lib/metrics" });
        assert.deepEqual(assertions, []);
        const service = units["nix-cache-renew.service"];
        has(service, "LoadCredential=credentials:/run/secrets/credentials");
        has(service, "DynamicUser=true");
        assert.match(
            service ?? "",
            /^ExecStart=\S+\/bin\/nix-cache renew --metrics \/run\/nix-cache-renew\/metrics$/m,
        );
        assert.match(service ?? "", /^ExecStopPost=\+.*nix-cache-renew-publish$/m);
        assert.doesNotMatch(service ?? "", /signing-key/);
        has(units["nix-cache-renew.timer"], "Persistent=true");
        const never = join(newFolder("nixos"), "nix-cache.json");
        writeFileSync(never, JSON.stringify({ ...host, expireDays: 0 }));
        const off = await evaluate({ hostConfigFile: never, builder: BUILDER });
        assert.equal(off.units["nix-cache-renew.service"], null);
        const roots = ["/nix/var/nix/profiles"];
        const more = await evaluate({ builder: { ...BUILDER, renew: { roots, interval: "weekly" } } });
        assert.match(more.units["nix-cache-renew.service"] ?? "", / --roots \/nix\/var\/nix\/profiles$/m);
        has(more.units["nix-cache-renew.timer"], "OnCalendar=weekly");
    });

    it("add the cache, its keys and its CA to what a host has", async () => {
        const theirs = {
            nix: { settings: { substituters: ["https://other.example"], "connect-timeout": 9 } },
        };
        const { nixConf, certificates, assertions } = await evaluate(
            { substituter: { enable: true } },
            theirs,
        );
        assert.deepEqual(assertions, []);
        const values = (name: string) =>
            new RegExp(`^${name} = (.*)$`, "m").exec(nixConf)?.[1]?.split(" ").sort() ?? [];
        assert.deepEqual(
            values("substituters"),
            [host.substituter, "https://cache.nixos.org/", "https://other.example"].sort(),
        );
        const keys = values("trusted-public-keys");
        for (const key of host.trustedPublicKeys) assert.ok(keys.includes(key));
        assert.ok(keys.some((key) => key.startsWith("cache.nixos.org-1:")));
        has(nixConf, "fallback = true");
        has(nixConf, "connect-timeout = 9");
        has(nixConf, "narinfo-cache-positive-ttl = 86400");
        has(nixConf, "narinfo-cache-negative-ttl = 300");
        assert.deepEqual(certificates, [host.caCertificate]);
    });

    it("remember what the cache has for as long as other hosts do", async () => {
        for (const [expireDays, narGraceDays, seconds] of [
            [30, 7, 86_400],
            [30, 0, 3_600],
            [0, 7, 30 * 86_400],
        ] as const) {
            const file = join(newFolder("nixos"), "nix-cache.json");
            writeFileSync(file, JSON.stringify({ ...host, expireDays, narGraceDays }));
            const { nixConf } = await evaluate({ hostConfigFile: file, substituter: { enable: true } });
            has(nixConf, `narinfo-cache-positive-ttl = ${seconds}`);
        }
    });

    it("make a builder that queues, and a service that pushes", async () => {
        const { nixConf, units, hook, assertions, tmpfiles } = await evaluate({ builder: BUILDER });
        assert.deepEqual(assertions, []);
        has(nixConf, `post-build-hook = ${hook ?? ""}`);
        assert.match(hook ?? "", /^\/nix\/store\/.*-nix-cache-post-build-hook$/);
        const push = units["nix-cache-push.service"];
        has(push, "LoadCredential=credentials:/run/secrets/credentials");
        has(push, "LoadCredential=signing-key:/run/secrets/signing-key");
        has(push, 'Environment="AWS_SHARED_CREDENTIALS_FILE=%d/credentials"');
        has(push, `Environment="NIX_CACHE_PROFILE=${host.builders[0] ?? ""}"`);
        has(push, 'Environment="NIX_CACHE_UPSTREAM_KEYS=cache.nixos.org-1"');
        has(push, "StateDirectory=nix-cache-push/state");
        has(push, "ReadWritePaths=/var/lib/nix-cache-push");
        has(push, "Restart=always");
        has(push, "ProtectSystem=strict");
        assert.match(push ?? "", /^ExecStart=.*nix-cache' 'push' '--watch'/m);
        has(
            units["nix-daemon.service"],
            'Environment="AWS_SHARED_CREDENTIALS_FILE=/run/secrets/credentials"',
        );
        // Root's hook writes below what is root's alone.
        for (const rule of [
            "d /var/lib/nix-cache-push 0755 root root -",
            "d /var/lib/nix-cache-push/incoming 0755 root root -",
            "d /var/lib/nix-cache-push/incoming/new 0755 root root -",
            "d /var/lib/nix-cache-push/incoming/paths 0775 root nix-cache-push -",
        ])
            assert.ok(tmpfiles.includes(rule), rule);
    });

    it("say what is left out of a push, and how it is compressed", async () => {
        const filters = {
            upstreamCaches: ["https://a.example", "https://b.example"],
            maxPathSize: "2GiB",
            exclude: ["*-source", "linux-*"],
            compression: "none",
            level: 9,
            uploads: 4,
        };
        const { units, assertions } = await evaluate({ builder: { ...BUILDER, ...filters } });
        assert.deepEqual(assertions, []);
        const push = units["nix-cache-push.service"];
        for (const value of [
            "UPSTREAM_CACHES=https://a.example https://b.example",
            "MAX_PATH_SIZE=2GiB",
            "EXCLUDE=*-source linux-*",
            "COMPRESSION=none",
            "LEVEL=9",
            "UPLOADS=4",
        ])
            has(push, `Environment="NIX_CACHE_${value}"`);
        assert.doesNotMatch(push ?? "", /TRANSPORT/);
    });

    it("say of an option that is gone that it is to be removed", async () => {
        const { assertions } = await evaluate({ builder: { ...BUILDER, transport: "file" } });
        assert.equal(assertions.length, 1);
        assert.match(
            assertions[0] ?? "",
            /services\.nix-cache\.builder\.transport' .*no longer has any effect; please remove it/,
        );
        assert.match(
            await fails({ builder: { ...BUILDER, compression: "xz" } }),
            /"zstd", "none"|zstd.*none/,
        );
    });

    it("watch the store where that is wanted, with a hook or without", async () => {
        const none = await evaluate({ builder: BUILDER });
        assert.equal(none.units["nix-cache-watch.service"], null);
        const { units, hook, assertions } = await evaluate({
            builder: { ...BUILDER, watchStore: true, hook: false },
        });
        assert.deepEqual(assertions, []);
        assert.equal(hook, null);
        const watch = units["nix-cache-watch.service"];
        assert.match(watch ?? "", /^ExecStart=.*nix-cache' 'watch'$/m);
        has(watch, 'Environment="NIX_CACHE_QUEUE=/var/lib/nix-cache-push"');
        has(watch, 'Environment="NIX_CACHE_UPSTREAM_KEYS=cache.nixos.org-1"');
        has(watch, "User=nix-cache-push");
        has(watch, "ProtectSystem=strict");
    });

    it("run drift, doctor and report by timers, with metrics and whom to tell", async () => {
        const checks = {
            drift: { enable: true },
            doctor: { enable: true, arguments: ["--deep"] },
            report: { enable: true, interval: "Mon 06:00", arguments: ["--listing"] },
            projectDir: "/srv/nix-cache",
            environmentFile: "/run/secrets/pulumi.env",
            onFailure: ["tell@%n.service"],
        };
        const { units, assertions } = await evaluate({
            checks,
            builder: BUILDER,
            metricsDir: "/var/lib/metrics",
        });
        assert.deepEqual(assertions, []);
        has(units["nix-cache-drift.timer"], "OnCalendar=hourly");
        has(units["nix-cache-drift.service"], "OnFailure=tell@%n.service");
        has(units["nix-cache-drift.service"], "EnvironmentFile=/run/secrets/pulumi.env");
        assert.match(units["nix-cache-doctor.service"] ?? "", /'doctor' '--metrics' .* '--deep'$/m);
        assert.match(units["nix-cache-doctor.service"] ?? "", /^ExecStopPost=\+/m);
        has(units["nix-cache-report.timer"], "OnCalendar=Mon 06:00");
        assert.match(units["nix-cache-report.service"] ?? "", /'report' '--metrics' .* '--listing'$/m);
        assert.match(units["nix-cache-report.service"] ?? "", /^ExecStopPost=\+/m);
        assert.match(units["nix-cache-queue-metrics.service"] ?? "", /'queue' '--metrics'/);
    });

    it("refuse secrets in the store, and names that are none, in words", async () => {
        const store = "/nix/store/00000000000000000000000000000000-key";
        for (const [builder, expected] of [
            [
                { signingKeyFile: store },
                /builder\.signingKeyFile is .*, in the Nix store, which everyone can read/,
            ],
            [{ credentialsFile: store }, /builder\.credentialsFile is .*, in the Nix store/],
            [
                { credentialsFile: "secrets/key" },
                /builder\.credentialsFile is "secrets\/key"; it must be an absolute/,
            ],
            [
                { profile: "nobody" },
                /builder\.profile is "nobody", which is no builder of the cache: it has nixbuilder/,
            ],
        ] as const) {
            const { assertions } = await evaluate({ builder: { ...BUILDER, ...builder } });
            assert.equal(assertions.length, 1, assertions.join("\n"));
            assert.match(assertions[0] ?? "", expected);
        }
    });

    it("say what is wrong with the file of the stack", async () => {
        const on = { substituter: { enable: true } };
        const missing = join(newFolder("missing"), "nix-cache.json");
        assert.match(
            await fails({ ...on, hostConfigFile: missing }),
            /there is no file .*Make it with: pulumi stack output/,
        );
        writeFileSync(missing, "error: no stack selected");
        assert.match(await fails({ ...on, hostConfigFile: missing }), /holds no JSON object/);
        writeFileSync(missing, JSON.stringify({ ...host, version: 2 }));
        assert.match(
            await fails({ ...on, hostConfigFile: missing }),
            /has the format version 2, and this module reads version 1/,
        );
    });

    it("know no option but theirs", async () => {
        const wrong = await fails({ builder: { ...BUILDER, credentials: "/x" } });
        assert.match(wrong, /option `services\.nix-cache\.builder\.credentials' does not exist/);
    });

    it("give each option a type, a description and an example, and a default where there can be one", async () => {
        const { options, undocumented, required } = await evaluate({});
        assert.deepEqual(undocumented, []);
        assert.ok(options.length > 30);
        assert.deepEqual(required.map((name) => name.split(".").at(-1)).sort(), [
            "credentialsFile",
            "environmentFile",
            "hostConfigFile",
            "projectDir",
            "signingKeyFile",
        ]);
    });

    it("come in a flake, each role by itself too, whose shell, package and checks can be evaluated", async () => {
        const { shell, checks, modules } = await evaluate({});
        assert.deepEqual(modules, ["builder", "checks", "default", "pinner", "substituter"]);
        assert.match(shell, /^\/nix\/store\/.*\.drv$/);
        assert.deepEqual(Object.keys(checks).sort(), ["modules", "package"]);
    });
});

/** Folder of nixpkgs: what NIX_CACHE_TEST_NIXPKGS names, or NIX_PATH. */
function nixpkgsFolder(): string | undefined {
    const inPath = (process.env.NIX_PATH ?? "")
        .split(delimiter)
        .find((entry) => entry.startsWith("nixpkgs=/"))
        ?.slice("nixpkgs=".length);
    return [process.env.NIX_CACHE_TEST_NIXPKGS, inPath].find(
        (folder) => folder !== undefined && existsSync(join(folder, "nixos", "lib", "eval-config.nix")),
    );
}
