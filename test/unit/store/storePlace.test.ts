import assert from "node:assert/strict";
import { storeFolder, storeFolders } from "../../../src/store/storePlace.ts";

describe("where a store's files are", () => {
    const places: [store: string | undefined, env: NodeJS.ProcessEnv, place: string | undefined][] = [
        [undefined, {}, "/nix/store"],
        ["", {}, "/nix/store"],
        ["auto", {}, "/nix/store"],
        ["daemon", {}, "/nix/store"],
        ["local", {}, "/nix/store"],
        ["unix:///run/nix.socket", {}, "/nix/store"],
        ["unix:///run/nix.socket?root=/x", {}, "/x/nix/store"],
        ["local?root=/x", {}, "/x/nix/store"],
        ["local?root=%2Fx%20y%2B+z&state=/s", {}, "/x y++z/nix/store"],
        ["local?root=/x&real=/y/store", {}, "/y/store"],
        ["/x", {}, "/x/nix/store"],
        ["/x?read-only=true", {}, "/x/nix/store"],
        ["local:///x", {}, "/x/nix/store"],
        ["local://?root=/x", {}, "/x/nix/store"],
        [undefined, { NIX_REMOTE: "local?root=/x" }, "/x/nix/store"],
        ["daemon", { NIX_REMOTE: "local?root=/x" }, "/nix/store"],
        [undefined, { NIX_STORE_DIR: "/other/store" }, "/other/store"],
        ["ssh-ng://host", {}, undefined],
        ["file:///cache", {}, undefined],
        ["https://cache", {}, undefined],
    ];
    for (const [store, env, place] of places)
        it(`${store ?? "Nix's own"} ${JSON.stringify(env)}`, () => {
            assert.equal(storeFolder({ env, ...(store === undefined ? {} : { store }) }), place);
        });

    const others: [store: string | undefined, env: NodeJS.ProcessEnv, logs: string, state: string][] = [
        [undefined, {}, "/nix/var/log/nix", "/nix/var/nix"],
        [undefined, { NIX_LOG_DIR: "/l", NIX_STATE_DIR: "/s" }, "/l", "/s"],
        ["local?log=/l&state=/s", { NIX_LOG_DIR: "/no" }, "/l", "/s"],
        [
            "local?root=/x",
            { NIX_LOG_DIR: "/no", NIX_STATE_DIR: "/no" },
            "/x/nix/var/log/nix",
            "/x/nix/var/nix",
        ],
        ["/x?log=/l", {}, "/l", "/x/nix/var/nix"],
    ];
    for (const [store, env, logs, state] of others)
        it(`logs and state: ${store ?? "Nix's own"} ${JSON.stringify(env)}`, () => {
            const found = storeFolders({ env, ...(store === undefined ? {} : { store }) });
            assert.deepEqual([found?.logs, found?.state], [logs, state]);
        });
});
