/** The exit statuses of `nix-cache`, in the one place that describes them. */
export const EXIT = {
    ok: 0,
    failed: 1,
    usage: 2,
    drift: 3,
    unreachable: 4,
    beyondRepair: 5,
    doctorWarning: 6,
    doctorFailure: 7,
    otherKeys: 8,
} as const;

/** One of {@link EXIT}. */
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** What each status means, for the help of a command that can end with it. */
export const EXIT_WORDS: Readonly<Record<ExitStatus, string>> = {
    [EXIT.ok]: "all is well",
    [EXIT.failed]: "refused or failed; the message says what to do",
    [EXIT.usage]: "wrong use of the command line",
    [EXIT.drift]: "the server is not as the stack declares it (drift)",
    [EXIT.unreachable]: "the server cannot be reached or refuses the credentials",
    [EXIT.beyondRepair]: "something is left that MinIO cannot undo",
    [EXIT.doctorWarning]: "at least one warning",
    [EXIT.doctorFailure]: "at least one check failed",
    [EXIT.otherKeys]: "written, but without some keys of the backup before, which is kept",
};
