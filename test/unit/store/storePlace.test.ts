import assert from "node:assert/strict";
import { storeFolder } from "../../../src/store/storePlace.ts";

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
});
