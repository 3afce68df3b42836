import { printable } from "../cache/problem.ts";
import { parseSecretKeys } from "../cache/signingKey.ts";
import { administrationOf } from "../engine/administration.ts";
import { requireKeptTime } from "../mend/keepsTime.ts";
import { LookProgress } from "../mend/lookProgress.ts";
import { resign, type Resigned } from "../mend/resign.ts";
import { withConnections } from "../s3/bucket.ts";
import { isEmptyBucket } from "../s3/objects.ts";
import { asCalled } from "../system/asCalled.ts";
import { command, type Given, type Place } from "../system/command.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { mayChange } from "../system/ledger.ts";

const OPTIONS = {
    "dry-run": { type: "boolean", help: "counts what would be signed, and signs nothing" },
} as const;

export default command({
    summary: "adds the signatures of the keys in use to what older keys have signed",
    options: OPTIONS,
    ends: [[EXIT.failed, "refused, or not all was signed"], EXIT.unreachable],
    run: resignAll,
});

/** Lines of what was not signed that a person is shown. */
const SHOWN = 10;

/** `nix-cache resign`, by the stack in its folder: the third step of a rotation. */
async function resignAll(place: Place, options: Given<typeof OPTIONS>): Promise<ExitStatus> {
    const dry = options["dry-run"] === true;
    if (!dry) mayChange();
    const { outputs, cache } = await administrationOf(place);
    const { hostConfig, secretKey, signingKeys, declared } = outputs;
    const keys = {
        trustedPublicKeys: hostConfig.trustedPublicKeys,
        secretKeys: secretKey,
        everySecretKey: [...new Set([...secretKey.split("\n"), ...Object.values(signingKeys)])],
    };
    const names = parseSecretKeys(secretKey).map(({ name }) => name);
    const done = await withConnections(cache, async (open) => {
        // A listing says best what is wrong with a password.
        await isEmptyBucket(open.connection, open.bucket);
        if (!dry && declared.rules.length > 0) await requireKeptTime(open);
        const progress = new LookProgress();
        return resign(open, keys, dry, () => progress.look());
    });
    if (options.json === true) console.log(JSON.stringify({ keys: names, dry, ...done }));
    else for (const line of lines(done, names, dry)) console.log(line);
    return done.contested > 0 ? EXIT.failed : EXIT.ok;
}

function lines(
    { seen, had, signed, untrusted, unreadable, contested, left }: Resigned,
    names: readonly string[],
    dry: boolean,
): string[] {
    const others = [
        [untrusted, "left: no key that hosts accept has signed them"],
        [unreadable, "left: no host can use them as narinfos"],
        [contested, "left: others wrote them all the time; run it again"],
    ] as const;
    return [
        `${seen} narinfos; by ${names.join(" and ")}:`,
        `${String(had).padStart(9)} were signed`,
        `${String(signed).padStart(9)} ${dry ? "would be" : "are"} signed now`,
        ...others.flatMap(([count, words]) => (count === 0 ? [] : [`${String(count).padStart(9)} ${words}`])),
        ...left.slice(0, SHOWN).map((name) => `          ${printable(name)}`),
        ...(untrusted + unreadable === 0
            ? []
            : [`-> ${asCalled("repair")} pushes these again, or removes them`]),
    ];
}
