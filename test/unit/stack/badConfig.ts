import { shown } from "../../../src/cache/problem.ts";

/** Key, value, how the message goes on after the key and the file. */
export const BAD_CONFIG: [key: string, value: string | undefined, message: string][] = [
    [
        "minio:minioServer",
        undefined,
        "is not set; it must be the server's host and perhaps a port; set it with: pulumi config set minio:minioServer s3.homelab.local",
    ],
    [
        "minio:minioServer",
        "https://s3",
        'is "https://s3"; it must be a host and perhaps a port, as in s3.homelab.local:9000 (minio:minioSsl says whether it is https)',
    ],
    [
        "minio:minioServer",
        "s3:port",
        'is "s3:port"; it must be a host and perhaps a port, as in s3.homelab.local:9000 (minio:minioSsl says whether it is https)',
    ],
    [
        "minio:minioServer",
        "a@s3",
        'is "a@s3"; it must be a host and perhaps a port, as in s3.homelab.local:9000 (minio:minioSsl says whether it is https)',
    ],
    ...["$(id)", "s3;id", "s3`id`", "1.2.3", "[::1", "s3:0"].map((host): (typeof BAD_CONFIG)[number] => [
        "minio:minioServer",
        host,
        `is "${host}"; it must be a host and perhaps a port, as in s3.homelab.local:9000 (minio:minioSsl says whether it is https)`,
    ]),
    ...["us east;$(id)", "1", "us-east-1`id`", "-eu", "x".repeat(64)].map(
        (region): (typeof BAD_CONFIG)[number] => [
            "minio:minioRegion",
            region,
            `is ${shown(region)}; it must be 2 to 63 letters, digits, - and _, first a letter, as in us-east-1`,
        ],
    ),
    [
        "minio:minioUser",
        undefined,
        "is not set; it must be the server's administrator; set it with: pulumi config set minio:minioUser NAME",
    ],
    [
        "minio:minioPassword",
        undefined,
        "is not set; it must be the password of the user in minio:minioUser; set it with: pulumi config set --secret minio:minioPassword",
    ],
    [
        "minio:minioPassword",
        "",
        "is not set; it must be the password of the user in minio:minioUser; set it with: pulumi config set --secret minio:minioPassword",
    ],
    ["minio:minioSsl", "yes", 'is "yes"; it must be true or false'],
    ["minio:minioInsecure", "1", "is 1; it must be true or false"],
    [
        "minio:minioCacertFile",
        "/no/such/ca.crt",
        'is "/no/such/ca.crt", which does not exist; it must be a file with the CA\'s certificate in PEM',
    ],
    [
        "nix-cache:bucket",
        "Nix",
        'is "Nix"; it must be 3 to 63 lower-case letters, digits, dots and hyphens, first and last a letter or digit, no IP address, not minio',
    ],
    [
        "nix-cache:builders",
        "[]",
        "is []; it must be a list of different names, each 3 to 64 letters, digits and . @ _ + -, at least one",
    ],
    [
        "nix-cache:builders",
        '["a,b"]',
        'has "a,b"; it must be a list of different names, each 3 to 64 letters, digits and . @ _ + -',
    ],
    [
        "nix-cache:builders",
        '["one","one"]',
        'has "one" twice; it must be a list of different names, each 3 to 64 letters, digits and . @ _ + -',
    ],
    [
        "nix-cache:builders",
        "[one",
        'is "[one"; it must be a list of different names, each 3 to 64 letters, digits and . @ _ + -, at least one',
    ],
    [
        "nix-cache:builders",
        '["admin"]',
        'has "admin", which is the administrator (minio:minioUser); it must be names of users of their own',
    ],
    [
        "nix-cache:builders",
        '["ci1","CI1"]',
        'has "ci1" and "CI1", which are one name where capitals do not count; it must be names that differ by more than that',
    ],
    [
        "nix-cache:builders",
        '["Admin"]',
        'has "Admin", which is the administrator (minio:minioUser); it must be names of users of their own',
    ],
    [
        "nix-cache:endpoint",
        "https://$(id)",
        'is "https://$(id)", whose host is no DNS name and no IP address; it must be http:// or https://, a host and perhaps a port, as in https://s3.homelab.local',
    ],
    [
        "nix-cache:endpoint",
        "cache",
        'is "cache", which is no URL; it must be http:// or https://, a host and perhaps a port, as in https://s3.homelab.local',
    ],
    [
        "nix-cache:endpoint",
        "https://c/path",
        'is "https://c/path", which has a path; it must be http:// or https://, a host and perhaps a port, as in https://s3.homelab.local',
    ],
    [
        "nix-cache:endpoint",
        "https://c?q",
        'is "https://c?q", which has a query; it must be http:// or https://, a host and perhaps a port, as in https://s3.homelab.local',
    ],
    [
        "nix-cache:keyName",
        "a b",
        'is "a b"; it must be 1 to 200 letters, digits and . _ @ + -, without a colon or white space',
    ],
    ["nix-cache:keyGeneration", "0", "is 0; it must be a whole number from 1 to 100"],
    ["nix-cache:keyGeneration", "two", 'is "two"; it must be a whole number from 1 to 100'],
    [
        "nix-cache:trustedGenerations",
        "[2]",
        "is [2]; it must be a list of different whole numbers from 1 to 100 with 1, the current keyGeneration, among them",
    ],
    ["nix-cache:expireDays", "3.5", "is 3.5; it must be a whole number from 0 to 36500"],
    ["nix-cache:expireDays", "-1", "is -1; it must be a whole number from 0 to 36500"],
    ["nix-cache:expireDays", "30d", 'is "30d"; it must be a whole number from 0 to 36500'],
    ["nix-cache:narGraceDays", "-1", "is -1; it must be a whole number from 0 to 36500"],
    ["nix-cache:priority", "low", 'is "low"; it must be a whole number from 0 to 2147483647'],
    ["nix-cache:anonymousListing", "no", 'is "no"; it must be true or false'],
    ["nix-cache:protect", "on", 'is "on"; it must be true or false'],
];
