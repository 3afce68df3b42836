// The form in which every kind of host is told what to do; what is said is in kinds/.

import type { Credentials } from "./awsCredentials.ts";
import type { HostConfig } from "./hostConfig.ts";
import { comment } from "./quoting.ts";

/** A file for a host. */
export interface HostFile {
    /** Its name in a folder of such files. */
    readonly name: string;
    readonly content: string;
    /** Whether it hands over a secret: then nobody but its owner may read it. */
    readonly secret: boolean;
}

/** What a builder needs beyond what every host does. */
export interface BuilderSecrets {
    readonly credentials: Credentials;
    /** The key that pushes are signed with, `NAME:BASE64`; where there are several, a line for each. */
    readonly signingKey: string;
}

/** What a host is given: the stack's outputs, and the secrets where it is to push. */
export interface HostInput {
    readonly config: HostConfig;
    /** Default: the host only reads. */
    readonly builder?: BuilderSecrets;
    /** The certificates of the system that the files are made on. */
    readonly systemCertificates: string;
    /** The command that makes these files, with these words, as whoever runs it calls it. Default: npm's script. */
    readonly hostCommand?: (...words: readonly string[]) => string;
}

/** The command that makes a host's files, for a step of its plan. */
export function hostCommand({ hostCommand: said }: HostInput, ...words: readonly string[]): string {
    return said?.(...words) ?? ["npm run -s host --", ...words].join(" ");
}

/** All that a host needs, and what to do with it. */
export interface HostPlan {
    /** The one file that is enough; it is what is printed. */
    readonly main: HostFile;
    /** The same as single files, for who puts them into place by hand or by another tool. */
    readonly parts: readonly HostFile[];
    /** What to do, in order; one line each. */
    readonly steps: readonly string[];
}

/** The steps as comment lines. */
export function commented(steps: readonly string[]): string {
    return steps.map((step, index) => comment(`${index + 1}. ${step}`)).join("");
}
