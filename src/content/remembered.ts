/** How many answers are remembered: what many paths refer to (glibc, bash) is asked for once. */
const REMEMBERED = 20_000;

/** Answers by name, in memory that does not grow: the oldest goes for the newest. */
export class Remembered<Answer> {
    private readonly answers = new Map<string, Answer>();

    get(name: string): Answer | undefined {
        return this.answers.get(name);
    }

    set(name: string, answer: Answer): void {
        if (this.answers.size >= REMEMBERED) this.answers.delete(this.answers.keys().next().value ?? "");
        // A copy: a part of a text keeps the whole of it in memory, be it a listing's page.
        this.answers.set(Buffer.from(name).toString("latin1"), answer);
    }

    /** The answer, asked for where it is not known. Two who ask at the same time ask once. */
    static async of<Answer>(
        known: Remembered<Promise<Answer>>,
        name: string,
        ask: () => Promise<Answer>,
    ): Promise<Answer> {
        const before = known.get(name);
        if (before !== undefined) return before;
        const asked = ask();
        known.set(name, asked);
        return asked;
    }
}
