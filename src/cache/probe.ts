/**
 * The one object that the doctor pushes to see whether a builder can. A builder
 * cannot delete, so its name is always the same, and begins with a letter that
 * an expiry rule meets.
 */
export const PROBE = "doctor-probe";

/** What is in it. */
export const PROBE_TEXT = "written by nix-cache doctor, to see whether a builder can push\n";
