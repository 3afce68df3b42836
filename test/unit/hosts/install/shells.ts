import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The shells that machines have for `sh`, as far as they are here: Debian's, the one of most others, Alpine's. */
export const SHELLS: readonly (readonly string[])[] = [
    ["sh"],
    ["dash"],
    ["bash", "--posix"],
    ["busybox", "sh"],
].filter(([name = ""]) =>
    (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, name))),
);
