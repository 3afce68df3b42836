import type { HostInput } from "../../../../src/hosts/plan.ts";
import { linux } from "../../../../src/hosts/kinds/linux.ts";
import { hostConfig, PUBLIC_CA } from "../samples.ts";
import { Machine } from "./machine.ts";

export const INCLUDE = "!include ../nix-cache/nix.conf";
/** What its owner has written; larger than one page of memory. */
export const OWN_CONF = `# mine: $(id) \`id\` 'x' "y" \\\n${"extra-platforms = i686-linux\n".repeat(160)}max-jobs = 4\n`;

const reader: HostInput = { config: hostConfig(), systemCertificates: "" };
const builder = (secretKey: string): HostInput => ({
    ...reader,
    builder: { credentials: { accessKey: "cibot", secretKey }, signingKey: "k-1:key" },
});

/** The script of a builder with this secret, as `nix-cache host linux` prints it. */
export function builderScript(secretKey: string): string {
    return linux(builder(secretKey)).main.content;
}

/** The script of a host that reads. */
export const readerScript = linux(reader).main.content;

/** A machine with certificates and a nix.conf of its own, for its owner's group alone. */
export function newMachine(root?: string): Machine {
    const machine = new Machine(root);
    machine.put("etc/ssl/certs/ca-certificates.crt", PUBLIC_CA);
    machine.put("etc/nix/nix.conf", OWN_CONF, 0o640);
    return machine;
}
