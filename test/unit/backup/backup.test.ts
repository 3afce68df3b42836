import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
    existsSync,
    lstatSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { signingKeyFromSeed } from "../../../src/cache/signingKey.ts";
import { parseBackup, type Backup } from "../../../src/backup/backupFile.ts";
import { writeBackup } from "../../../src/backup/backupWriting.ts";
import { decrypt, type Key } from "../../../src/backup/encryption.ts";
import { run } from "../../../src/system/run.ts";

const secretKey = (name: string, byte: number) =>
    signingKeyFromSeed(name, new Uint8Array(32).fill(byte)).secretKey;

/** A backup's content; the number tells its keys apart. */
function content(change: Partial<Backup> = {}): Backup {
    return {
        format: "nix-cache backup",
        version: 1,
        written: "2026-11-24T03:00:00.123Z",
        stack: "homelab",
        configuration: { "minio:minioPassword": { value: "guessable", secret: true } },
        signingKeys: { 1: secretKey("cache-1", 1), 2: secretKey("cache-2", 2) },
        builderSecrets: { ci: "secret-of-ci", nas: "secret-of-nas" },
        caCertificate: null,
        ...change,
    };
}

const recreated = (written: string) => content({ written, signingKeys: { 1: secretKey("cache-1", 9) } });

describe("a backup's file", function () {
    this.timeout(120_000);
    let folder: string;
    let file: string;
    let identity: string;
    let key: Key;

    before(async () => {
        identity = await generateX25519Identity();
        key = { recipient: await identityToRecipient(identity) };
    });
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-backup-"));
        file = join(folder, "keys.age");
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const names = () => readdirSync(folder).sort();
    const opened = async (name: string) =>
        parseBackup((await decrypt(readFileSync(join(folder, name)), { identity })) ?? "");

    it("is for its owner alone, and so is what stands beside it, where no secret is", async () => {
        assert.deepEqual(await writeBackup(file, content(), key), { earlier: null, comparison: undefined });
        assert.deepEqual(names(), ["keys.age", "keys.age.json"]);
        for (const name of names()) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
        const text = readFileSync(`${file}.json`, "utf8");
        assert.match(text, /"cache-1:/);
        for (const secret of ["guessable", "secret-of", ...Object.values(content().signingKeys)])
            assert.ok(!text.includes(secret.split(":")[1] ?? secret), secret);
        assert.deepEqual(await opened("keys.age"), content());
    });

    it("is replaced by one that holds the same: a year of nights is one file", async () => {
        for (const day of [24, 25, 26])
            await writeBackup(file, content({ written: `2026-11-${day}T03:00:00Z` }), key);
        assert.deepEqual(names(), ["keys.age", "keys.age.json"]);
        assert.equal((await opened("keys.age")).written, "2026-11-26T03:00:00Z");
    });

    it("is kept under its date when anything is another, however many nights come after a lost stack", async () => {
        await writeBackup(file, content(), key);
        const kinds: string[] = [];
        for (const day of [25, 26, 27]) {
            const { comparison } = await writeBackup(file, recreated(`2026-11-${day}T03:00:00Z`), key);
            kinds.push(comparison?.kind ?? "none");
        }
        assert.deepEqual(kinds, ["fewer", "same", "same"]);
        const kept = "keys.age.2026-11-24T03-00-00Z";
        assert.deepEqual(names(), ["keys.age", kept, `${kept}.json`, "keys.age.json"]);
        assert.deepEqual(await opened(kept), content());
    });

    it("says which keys are missing, and which builders", async () => {
        await writeBackup(file, content(), key);
        const { comparison } = await writeBackup(
            file,
            content({ signingKeys: { 2: secretKey("cache-2", 2) }, builderSecrets: { ci: "secret-of-ci" } }),
            key,
        );
        assert.equal(comparison?.kind, "fewer");
        assert.match(comparison.missing.join(), /^cache-1:[A-Za-z0-9+/]{43}=$/);
        assert.deepEqual(comparison.missingBuilders, ["nas"]);
    });

    it("keeps both where only a secret, a setting or a key more is another, and a name is no other key", async () => {
        await writeBackup(file, content(), key);
        for (const change of [
            { builderSecrets: { ci: "rotated-secret", nas: "secret-of-nas" } },
            { configuration: {} },
            { signingKeys: { ...content().signingKeys, 3: secretKey("cache-3", 3) } },
            {
                signingKeys: {
                    1: secretKey("renamed-1", 1),
                    2: secretKey("cache-2", 2),
                    3: secretKey("cache-3", 3),
                },
            },
        ]) {
            const { comparison, earlier } = await writeBackup(file, content(change), key);
            assert.equal(comparison?.kind, "more");
            assert.ok(earlier !== null && existsSync(earlier));
        }
        assert.equal(names().filter((name) => !name.endsWith(".json")).length, 5);
    });

    it("writes over nothing that has the date already, and keeps nothing twice", async () => {
        await writeBackup(file, content(), key);
        const [first, described] = [readFileSync(file), readFileSync(`${file}.json`)];
        writeFileSync(`${file}.2026-11-24T03-00-00Z`, "something else");
        assert.equal(
            (await writeBackup(file, recreated("2026-11-25T03:00:00Z"), key)).earlier,
            `${file}.2026-11-24T03-00-00Z-2`,
        );
        assert.equal(readFileSync(`${file}.2026-11-24T03-00-00Z`, "utf8"), "something else");
        assert.deepEqual(readFileSync(`${file}.2026-11-24T03-00-00Z-2`), first);
        // As a run leaves it that was killed before it put the new one there.
        writeFileSync(file, first);
        writeFileSync(`${file}.json`, described);
        assert.equal(
            (await writeBackup(file, recreated("2026-11-26T03:00:00Z"), key)).earlier,
            `${file}.2026-11-24T03-00-00Z-2`,
        );
    });

    it("of another stack is refused, but one that was restored under another name has the same keys", async () => {
        await writeBackup(file, content(), key);
        const before = readFileSync(file);
        const other = content({ stack: "office", signingKeys: { 1: secretKey("office-1", 7) } });
        await assert.rejects(writeBackup(file, other, key), {
            name: "UserError",
            message: `${file} is the backup of another stack, homelab: give the backup of office a file of its own`,
        });
        assert.deepEqual(readFileSync(file), before);
        assert.deepEqual(names(), ["keys.age", "keys.age.json"]);
        assert.equal(
            (await writeBackup(file, content({ stack: "me/nix-cache/found" }), key)).comparison?.kind,
            "more",
        );
    });

    it("of another stack is refused to one of two that are written at the same moment", async () => {
        const other = content({ stack: "office", signingKeys: { 1: secretKey("office-1", 7) } });
        const results = await Promise.all([
            inProcess(file, content(), key),
            inProcess(file, other, key),
            inProcess(file, content(), key),
        ]);
        const refused = results.filter((text) => text.includes("is the backup of another stack"));
        const won = (await opened("keys.age")).stack;
        assert.equal(refused.length, won === "homelab" ? 1 : 2, results.join("\n"));
        assert.deepEqual(names(), ["keys.age", "keys.age.json"]);
    });

    it("is opened with the passphrase where nothing tells what is in it, as those of earlier versions", async () => {
        const passphrase = { passphrase: "a passphrase that nobody guesses" };
        await writeBackup(file, content(), passphrase);
        rmSync(`${file}.json`);
        const other = content({ stack: "office", signingKeys: { 1: secretKey("office-1", 7) } });
        await assert.rejects(writeBackup(file, other, passphrase), /is the backup of another stack, homelab/);
        assert.equal(
            (await writeBackup(file, recreated("2026-11-25T03:00:00Z"), passphrase)).comparison?.kind,
            "fewer",
        );
        // Beside it is what is said of the one before: it does not count.
        const description = readFileSync(`${file}.json`);
        const again = await writeBackup(file, content({ written: "2026-11-26T03:00:00Z" }), passphrase);
        assert.equal(again.comparison?.kind, "fewer");
        writeFileSync(`${file}.json`, description);
        assert.equal((await writeBackup(file, content(), passphrase)).comparison?.kind, "same");
    });

    it("that cannot be opened is kept, and it is said that nobody knows", async () => {
        await writeBackup(file, content(), key);
        rmSync(`${file}.json`);
        const { comparison, earlier } = await writeBackup(file, content(), key);
        assert.equal(comparison?.kind, "unknown");
        assert.match(basename(earlier ?? ""), /^keys\.age\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/);
        assert.deepEqual(await opened(basename(earlier ?? "")), content());
    });

    it("is written where a link leads, and what is kept lies there too", async () => {
        mkdirSync(join(folder, "usb"));
        symlinkSync("usb/keys.age", file);
        await assert.rejects(writeBackup(file, content(), key), /a link to something that is not there$/);
        writeFileSync(join(folder, "usb", "keys.age"), "");
        await writeBackup(file, content(), key);
        await writeBackup(file, recreated("2026-11-25T03:00:00Z"), key);
        assert.ok(lstatSync(file).isSymbolicLink());
        assert.deepEqual(names(), ["keys.age", "usb"]);
        assert.equal(readdirSync(join(folder, "usb")).length, 4);
    });

    it("is written over nothing that is no backup: one line for each", async () => {
        const refuse = async (name: string, message: RegExp) => {
            await assert.rejects(writeBackup(name, content(), key), { name: "UserError", message });
        };
        await refuse(folder, /is a folder: give the backup a name of its own$/);
        await refuse("/dev/null", /is no file, but a device or a pipe: give/);
        assert.equal((await run("mkfifo", [join(folder, "pipe")])).status, 0);
        await refuse(join(folder, "pipe"), /is no file, but a device or a pipe: give/);
        writeFileSync(file, "a letter");
        await refuse(file, /is there, and no backup: give the backup another name$/);
        await refuse(join(file, "below"), /cannot be written: no folder is \S+keys\.age$/);
        await refuse(join(folder, "none", "keys.age"), /cannot be written: there is no folder \S+none$/);
        writeFileSync(join(folder, "b.age.json"), "{}");
        await refuse(join(folder, "b.age"), /b\.age\.json is in the way, and not what a backup writes there/);
        assert.deepEqual(names(), ["b.age.json", "keys.age", "pipe"]);
        assert.equal(readFileSync(file, "utf8"), "a letter");
    });

    it("leaves nothing of a run that was killed, after the next one", async () => {
        await writeBackup(file, content(), key);
        for (const name of [
            ".keys.age.0123456789abcdef.unfinished",
            ".keys.age.json.0123456789abcdef.unfinished",
            ".keys.age.2026-12-12T03-00-00Z.0123456789abcdef.unfinished",
            ".keys.age.2026-12-12T03-00-00Z-2.json.0123456789abcdef.unfinished",
            "keys.age.unfinished",
        ])
            writeFileSync(join(folder, name), "half");
        await writeBackup(file, content(), key);
        assert.deepEqual(names(), ["keys.age", "keys.age.json"]);
    });

    it("is one whole file or the other, whenever its process is killed", async () => {
        await writeBackup(file, content(), key);
        for (let round = 0; round < 12; round++) {
            const next = round % 2 === 0 ? recreated(`2026-12-${10 + round}T03:00:00Z`) : content();
            await inProcess(file, next, key, 150 + Math.random() * 500);
            const found = await opened("keys.age");
            assert.ok(Object.keys(found.signingKeys).length > 0);
            const all = await Promise.all(
                names()
                    .filter((name) => /^keys\.age(\.\d{4}-.*Z(-\d+)?)?$/.test(name))
                    .map(opened),
            );
            assert.ok(
                all.some(({ signingKeys }) => signingKeys[1] === secretKey("cache-1", 1)),
                names().join(),
            );
        }
        await writeBackup(file, content(), key);
        assert.deepEqual(
            names().filter((name) => /unfinished|lock/.test(name)),
            [],
        );
    });
});

/** Writes a backup in a process of its own. @returns what it says @param killAfter milliseconds */
async function inProcess(file: string, backup: Backup, key: Key, killAfter?: number): Promise<string> {
    const module = new URL("../../../src/backup/backupWriting.ts", import.meta.url).href;
    const code = `import { writeBackup } from "${module}";
        await writeBackup(...${JSON.stringify([file, backup, key])}).then(() => console.log("written"), (error) => console.log(error.message));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
        stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    if (killAfter !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfter);
    await new Promise((resolve) => child.on("close", resolve));
    return said;
}
