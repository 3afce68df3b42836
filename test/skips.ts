import Mocha, { type Context, type Runnable, type Suite, type Test } from "mocha";

/** Why tests may be skipped, and which: by their full titles. Whatever else is skipped fails the run. */
export const SKIPS = {
    languageHost: {
        reason: "pulumi-language-nodejs, which the CLI needs, is not installed and cannot be downloaded",
        tests: [
            "the command line pulumi preview shows what would be made, and makes nothing",
            "the command line pulumi up makes it",
            "the command line pulumi preview --refresh --expect-no-changes ends with 0",
            "the command line pulumi stack output gives the public key, and the secret one only when asked",
            "the command line pulumi up says what is wrong in one line",
            "the command line pulumi destroy is refused while the stack is protected",
            "the command line pulumi destroy takes it all away once it is not",
            "the homelab of the README, as it is in the repository, by pulumi is deployed, and healed of five kinds of damage, in the project's folder",
            "the homelab of the README, as it is in the repository, by pulumi is deployed, and healed of five kinds of damage, in a folder with blanks and signs in its name",
            "the homelab of the README, as it is in the repository, by pulumi is deployed, and healed of five kinds of damage, from another working folder",
            "the homelab of the README, as it is in the repository, by pulumi is deployed, and healed of five kinds of damage, in a folder that is a link to the project's",
        ],
    },
    mount: {
        reason: "a small or read-only file system can be mounted as root on Linux alone",
        tests: [
            "a state backend that cannot be written keeps heal from changing anything on the server; the same command heals once it can be written",
            "a server whose disk is full ends heal with what it said, and the same command heals once there is room",
            "the script for Linux, where something is wrong on a disk that becomes full, wherever it does, leaves every file as it was (install.sh)",
            "the script for Linux, where something is wrong on a file system that cannot be written leaves every file as it was (install.sh)",
            "the script for Linux, where something is wrong with one file that nobody can replace, whichever, leaves every file as it was (install.sh)",
            "the script for Linux, where something is wrong on a disk that becomes full, wherever it does, leaves every file as it was (install.sh --remove)",
            "the script for Linux, where something is wrong on a file system that cannot be written leaves every file as it was (install.sh --remove)",
            "the script for Linux, where something is wrong with one file that nobody can replace, whichever, leaves every file as it was (install.sh --remove)",
            "the script for Linux, where something is wrong leaves every file as it was where nix.conf is immutable",
            "the script for Linux, where something is wrong never empties nix.conf on a full disk, where nothing that it takes away makes room",
            "the script that nix-cache host linux prints puts everything into place as root of a machine, and takes it all away",
            "the script that nix-cache host linux prints leaves every file as it was on a disk that becomes full, wherever it does",
            "the script for Linux, as root of a machine puts everything into place, and takes it all away",
            "the script for Linux, as root of a machine writes nothing into a folder that is another user's, which could hold links by then",
            "the script for Linux, as root of a machine writes nothing into a folder that others may write, which could hold links by then",
            "the script for Linux, as root of a machine writes nothing into a folder that a group may write, which could hold links by then",
            "the script for Linux, as root of a machine writes nothing into a folder that lies below another user's, which could hold links by then",
            "the script for Linux, as root of a machine is brought by the stack, taken over under another name, and taken away by the last one alone",
            "the script for Linux, as root of a machine notes whose files they are together with the files, or not at all",
        ],
    },
    users: {
        reason: "a process can become another user as root on Linux alone",
        tests: [
            "metrics for a collector, as the NixOS modules hand them over are written whole into a folder that is the collector's, as that user",
            "metrics for a collector, as the NixOS modules hand them over are written whole into a folder that is root's, as that user",
            "metrics for a collector, as the NixOS modules hand them over are written whole into a folder that is the unit's own, as that user",
            "metrics for a collector, as the NixOS modules hand them over are of a unit that runs as root, too",
            "metrics for a collector, as the NixOS modules hand them over are left as they were where a unit has failed before it had any",
            "metrics for a collector, as the NixOS modules hand them over hold nothing that the unit's user cannot read itself",
            "metrics for a collector, as the NixOS modules hand them over end, where the unit's user gives them no end",
            "metrics for a collector, as the NixOS modules hand them over go through no link that the collector's user has put there",
            "metrics for a collector, as the NixOS modules hand them over are written as root nowhere where another user has led to",
            "metrics for a collector, as the NixOS modules hand them over say that there is no folder for them",
        ],
    },
    root: {
        reason: "what root does beside another user can be tried as root alone",
        tests: [
            "the post-build-hook as root, beside a service that is not writes through no link, however fast the service swaps them in, and loses count of nothing",
            "the post-build-hook as root, beside a service that is not writes nothing below a folder of the service's, and says so: queue/",
            "the post-build-hook as root, beside a service that is not writes nothing below a folder of the service's, and says so: queue/incoming",
            "the post-build-hook as root, beside a service that is not writes nothing below a folder that others can write, and says so: queue/",
            "the post-build-hook as root, beside a service that is not writes nothing below a folder that others can write, and says so: queue/incoming",
            "the post-build-hook as root, beside a service that is not writes nothing below a folder that a group can write, and says so: queue/",
            "the post-build-hook as root, beside a service that is not writes nothing below a folder that a group can write, and says so: queue/incoming",
            "the post-build-hook as root, beside a service that is not writes nothing through a link that somebody else has made",
            "the post-build-hook as root, beside a service that is not follows a link of root's",
            "the post-build-hook as root, beside a service that is not leaves `queue` what the service may do, also when root asks",
        ],
    },
    terminal: {
        reason: "a terminal can be had from util-linux's script alone",
        tests: [
            "a lock whose holder's end is not proven, at a terminal, is removed when the person says so",
            "a lock whose holder's end is not proven, at a terminal, stays when the person says no",
            "a lock whose holder's end is not proven, at a terminal, stays when the person says nothing",
            "a lock whose holder's end is not proven, at a terminal, stays when the person says Ctrl-C",
        ],
    },
    namespace: {
        reason: "a namespace of processes can be made as root on Linux alone",
        tests: [
            "nix-cache heal, while others change the server leaves the lock of a heal that runs in another container alone, though that shares all files and the name",
        ],
    },
    nix: {
        reason: "Nix is not installed, and can be installed on Debian as root alone",
        tests: [
            "real Nix makes the same public key of the secret key",
            "real Nix makes the signatures that this project makes",
            "real Nix substitutes a closure with nothing but the stack's lines in nix.conf, signatures required",
            "real Nix verifies the signatures in the cache with the public key",
            "real Nix refuses it with another key of the same name",
            "real Nix refuses it with no trusted key at all",
            "real Nix refuses a signature of which one letter has changed",
            "real Nix refuses a signature that is missing",
            "real Nix refuses a signature of another path",
            "real Nix refuses a signature by another key under the same name",
            "real Nix refuses a NAR that is not the one that was signed",
            "real Nix takes it again once all is as it was",
            "the push service pushes a closure, signed, and leaves to other caches what they have",
            "the push service, with a server that is away and a machine that is switched off loses nothing but what found the queue full",
            "the push service, over a connection that breaks pushes all, wherever it breaks before the server has what was sent",
            "the push service, over a connection that breaks pushes all, wherever it breaks after the server has what was sent",
            "the push service, in a cache that expires renews the NAR of a path that is pushed again after its narinfo has expired",
            "the push service, in a cache that expires renews the NAR that a path shares with one that was pushed long before",
            "the push service, in a cache that expires keeps what a path refers to as long as the path itself",
            "the push service, in a cache that expires pushes again what lost its NAR, and signs again what has a signature that counts no more",
            "the push service, in a cache that expires renews and uploads large objects in parts, with a builder's rights",
            "the push service, in a cache that expires leaves no NAR behind that goes before its narinfo",
            "broken content is named by doctor --deep, path by path, and nothing else is",
            "broken content is shown to a person by the first few, and all when asked",
            "broken content is refused by real Nix, but for what it does not look at",
            "broken content is repaired by a push of its path, or by one with --force where nothing but its content is wrong",
            "broken content is taken by real Nix afterwards, all of it",
            "broken content never comes from here: a damaged path of the store is not pushed, signed or visible, and can be once it is repaired",
            "real Nix on hosts that are not NixOS download nothing before they are told of the cache",
            "real Nix on hosts that are not NixOS substitute a closure that another pushed, with signatures that are needed",
            "real Nix on hosts that are not NixOS do so with a script that came over a pipe, on a machine with certificates of its own",
            "real Nix on hosts that are not NixOS trust the authorities that they trusted before, too",
            "real Nix on hosts that are not NixOS download nothing where the private authority is not known",
            "real Nix on hosts that are not NixOS refuse it with another key of the same name",
            "real Nix on hosts that are not NixOS have a builder's right to push, and no more, from its credentials",
            "real Nix on hosts that are not NixOS read the snippets of the stack as they are meant",
            "real Nix on hosts that are not NixOS read the snippets with names that mean something to Nix as they are meant",
            "real Nix on hosts that are not NixOS read a text over several lines as it is meant",
            "real Nix on hosts that are not NixOS read the module for nix-darwin",
        ],
    },
    nixpkgs: {
        reason: "evaluating NixOS modules needs Nix 2.18 and a nixpkgs: NIX_CACHE_TEST_NIX, NIX_CACHE_TEST_NIXPKGS",
        tests: [
            "the NixOS modules change nothing until a role is enabled",
            "the NixOS modules add the cache, its keys and its CA to what a host has",
            "the NixOS modules remember what the cache has for as long as other hosts do",
            "the NixOS modules make a builder that queues, and a service that pushes",
            "the NixOS modules run drift and doctor by timers, with metrics and whom to tell",
            "the NixOS modules refuse secrets in the store, and names that are none, in words",
            "the NixOS modules say what is wrong with the file of the stack",
            "the NixOS modules know no option but theirs",
            "the NixOS modules give each option a type, a description and an example, and a default where there can be one",
            "the NixOS modules come in a flake whose shell, package and checks can be evaluated",
        ],
    },
    rollout: {
        reason: "hosts need pulumi-resource-command 1.2.1 (in PULUMI_HOME or NIX_CACHE_TOOLCHAIN), an sshd, and mounts of their own: Linux as root",
        tests: [
            "the roll-out by the stack makes nothing where no host is configured, and needs no plugin",
            "the roll-out by the stack refuses hosts without a key before anything is touched",
            "the roll-out by the stack sets up two hosts, one that reads and one that pushes",
            "the roll-out by the stack has nothing to do when nothing has changed",
            "the roll-out by the stack brings another key to both hosts",
            "the roll-out by the stack reports a host that is down, and brings the others up to date",
            "the roll-out by the stack brings it up to date once it is back",
            "the roll-out by the stack brings a builder's new secret to that builder alone",
            "the roll-out by the stack gives no secret to a host with another host key",
            "the roll-out by the stack leaves a machine its files when its name changes",
            "the roll-out by the stack shows no secret in state, output or the hosts' logs",
            "the roll-out by the stack takes its files away, and nothing else, on destroy",
        ],
    },
    chromium: {
        reason: "Chromium is not on PATH, and can be installed on Debian as root alone",
        tests: [
            "the page in Chromium is refused by a browser that does not know the private authority",
            "the page in Chromium asks for nothing but itself, and complains of nothing, on a phone, light",
            "the page in Chromium fits into a phone, light, where only code scrolls sideways",
            "the page in Chromium has no fault that axe finds (contrast, names, order) on a phone, light",
            "the page in Chromium asks for nothing but itself, and complains of nothing, on a phone, dark",
            "the page in Chromium fits into a phone, dark, where only code scrolls sideways",
            "the page in Chromium has no fault that axe finds (contrast, names, order) on a phone, dark",
            "the page in Chromium asks for nothing but itself, and complains of nothing, on a desktop, light",
            "the page in Chromium fits into a desktop, light, where only code scrolls sideways",
            "the page in Chromium has no fault that axe finds (contrast, names, order) on a desktop, light",
            "the page in Chromium asks for nothing but itself, and complains of nothing, on a desktop, dark",
            "the page in Chromium fits into a desktop, dark, where only code scrolls sideways",
            "the page in Chromium has no fault that axe finds (contrast, names, order) on a desktop, dark",
            "the page in Chromium is light or dark as the system is",
            "the page in Chromium says what the stack's outputs say",
            "the page in Chromium has headings, landmarks and names in their order",
            "the page in Chromium can be used by keyboard: to a way, and along its code",
            "the page in Chromium shows hostile names as text",
            "the page in Chromium would neither run a script nor load a picture that somebody put into it",
        ],
    },
} as const satisfies Record<string, { reason: string; tests: readonly string[] }>;

export type SkipId = keyof typeof SKIPS;

const asked = new WeakMap<Runnable | Suite, SkipId>();

/** Skips the test (in a `before` hook: the tests of its suite) for a reason of the list. */
export function skip(context: Context, id: SkipId): never {
    const runnable = context.test;
    if (runnable === undefined) throw new Error("skip() is for a test or a hook that runs");
    asked.set(runnable instanceof Mocha.Hook ? (runnable.parent ?? runnable) : runnable, id);
    return context.skip();
}

/** The reason for which a test was skipped, or undefined when none on the list covers it. */
export function reasonToSkip(test: Test): string | undefined {
    for (let at: Test | Suite | undefined = test; at !== undefined; at = at.parent) {
        const id = asked.get(at);
        if (id === undefined) continue;
        const titles: readonly string[] = SKIPS[id].tests;
        return titles.includes(test.fullTitle()) ? SKIPS[id].reason : undefined;
    }
    return undefined;
}

/** Titles on the list that no test has: a test that was renamed must be named anew. */
export function unknownTitles(root: Suite): string[] {
    const titles = new Set<string>();
    root.eachTest((test) => titles.add(test.fullTitle()));
    return Object.values(SKIPS).flatMap(({ tests }) => tests.filter((title) => !titles.has(title)));
}
