import assert from "node:assert/strict";
import { rolloutProblems } from "../../../src/cache/hostsSetting.ts";

const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n";
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPlz root@one";
const one = { name: "one", address: "one.lan" };
const NAME = "1 to 63 letters, digits, dots and hyphens, first and last a letter or digit";
const ADDRESS = "a host name or an IP address, without a port";
const PORT = "a whole number from 1 to 65535";
const HOST_KEY =
    "a public key of the type ssh-ed25519 or ecdsa-sha2-nistp256, -384 or -521, as in /etc/ssh/ssh_host_ed25519_key.pub on that host";
const KEY =
    "the text of an SSH private key without a passphrase; set it with: pulumi config set --secret hostsPrivateKey < FILE";

/** The first problem, as one line. */
function problem(hosts: unknown, key: unknown = privateKey): string | undefined {
    const [first] = rolloutProblems({ hosts, privateKey: key }, ["nixbuilder", "ci"]);
    return first && `${first.setting} ${first.wrong}: ${first.allowed}`;
}

describe("hosts that the stack sets up", () => {
    it("need a name and an address alone; none at all needs nothing", () => {
        assert.equal(problem([one]), undefined);
        assert.deepEqual(rolloutProblems({ hosts: [] }, []), []);
        assert.equal(problem([]), undefined);
    });

    for (const fields of [
        { address: "192.0.2.7" },
        { address: "2001:db8::7" },
        { port: 2222, user: "ci_1" },
        { builder: "ci", hostKey },
        { hostKey: "ecdsa-sha2-nistp256 AAAA+/==" },
    ]) {
        it(`are taken with ${JSON.stringify(fields)}`, () => {
            assert.equal(problem([{ ...one, ...fields }]), undefined);
        });
    }

    const BAD: [hosts: unknown, message: string][] = [
        ["one", 'hosts is "one": a list of objects, each with a name and an address'],
        [["one"], 'hosts[0] is "one": an object with a name and an address'],
        [
            [{ ...one, adress: "x" }],
            "hosts[0].adress is no field of a host: one of name, address, port, user, builder, hostKey",
        ],
        [[{ address: "a" }], `hosts[0].name is not set: ${NAME}`],
        [[one, { ...one, name: "a b" }], `hosts[1].name is "a b": ${NAME}`],
        [[{ name: "one" }], `hosts[0].address is not set: ${ADDRESS}`],
        [[{ ...one, address: "" }], `hosts[0].address is "": ${ADDRESS}`],
        [[{ ...one, address: "one:22" }], `hosts[0].address is "one:22": ${ADDRESS}`],
        [[{ ...one, address: "root@one" }], `hosts[0].address is "root@one": ${ADDRESS}`],
        [[{ ...one, port: 0 }], `hosts[0].port is 0: ${PORT}`],
        [[{ ...one, port: 65_536 }], `hosts[0].port is 65536: ${PORT}`],
        [[{ ...one, port: "22" }], `hosts[0].port is "22": ${PORT}`],
        [[{ ...one, user: "a;b" }], 'hosts[0].user is "a;b": the name of a user on that host'],
        [
            [{ ...one, builder: "other", hostKey }],
            'hosts[0].builder is "other": one of builders (nixbuilder, ci), or not set',
        ],
        [
            [{ ...one, builder: "ci" }],
            `hosts[0].hostKey is not set: ${HOST_KEY}: a builder's secrets go to it`,
        ],
        [[{ ...one, hostKey: "ssh-rsa AAAA" }], `hosts[0].hostKey is "ssh-rsa AAAA": ${HOST_KEY}`],
        [
            [{ ...one, hostKey: `one ${hostKey}` }],
            `hosts[0].hostKey is ${JSON.stringify(`one ${hostKey}`)}: ${HOST_KEY}`,
        ],
        [[one, { ...one, address: "two" }], 'hosts has "one" twice: a list of different machines'],
        [
            [one, { name: "two", address: "ONE.lan", port: 22 }],
            'hosts has "one.lan port 22" twice: a list of different machines',
        ],
    ];
    for (const [hosts, message] of BAD) {
        it(`are refused: ${message.slice(0, 50)}`, () => assert.equal(problem(hosts), message));
    }

    it("are refused without a private key, or with what is none, which the message does not show", () => {
        assert.equal(rolloutProblems({ hosts: [one] }, [])[0]?.wrong, "is not set");
        for (const key of ["hunter22", 3, privateKey.replace("END", "FIN")]) {
            assert.equal(problem([one], key), `hostsPrivateKey is no private key: ${KEY}`);
        }
    });
});
