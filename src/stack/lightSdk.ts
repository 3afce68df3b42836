import { registerHooks } from "node:module";

/**
 * Parts of Pulumi's SDK (3.259.0) that make text of a program's functions, for resources whose code is in
 * the program: with what they export that the rest of the SDK asks for. They bring along npm's
 * installer and TypeScript, which is two thirds of the SDK's loading. Nothing here calls them.
 */
const LAZY: Readonly<Record<string, readonly string[]>> = {
    "@pulumi/pulumi/runtime/closure/serializeClosure.js": ["serializeFunction", "serializeFunctionAsync"],
    "@pulumi/pulumi/runtime/closure/codePaths.js": ["computeCodePaths"],
};

/**
 * What does nothing in this project's program: the language host's connection to V8's debugger, which the same
 * parts make for themselves where they are called, and source maps for the stack that the SDK takes of every promise.
 */
const LEFT_OUT: Readonly<Record<string, string>> = {
    "@pulumi/pulumi/runtime/closure/v8Hooks.js": lazy(
        ["getSessionAsync", "getScriptUrl"],
        "exports.isInitializedAsync = async () => undefined;",
    ),
    "source-map-support/register.js": "",
};

let isLight = false;

/**
 * Makes Pulumi's SDK load parts that nobody here calls only when they are called. Where another
 * version has them elsewhere, all of it is loaded as usual.
 */
export function keepSdkLight(): void {
    if (isLight) return;
    isLight = true;
    const sources = new Map([
        ...Object.entries(LAZY).map(([file, names]): [string, string] => [file, lazy(names)]),
        ...Object.entries(LEFT_OUT),
    ]);
    registerHooks({
        load: (url, context, next) => {
            const [, file = ""] = url.split("/node_modules/").slice(-2);
            const source = sources.get(file);
            // It is asked for once more when it is called.
            if (source === undefined || !sources.delete(file)) return next(url, context);
            return { format: "commonjs", source, shortCircuit: true };
        },
    });
}

/** A module of CommonJS whose functions load what it stands for. @param more what comes after it */
function lazy(names: readonly string[], more = ""): string {
    return [
        "let real;",
        "const load = () => (real ??= (delete require.cache[__filename], require(__filename)));",
        ...names.map((name) => `exports.${name} = (...given) => load().${name}(...given);`),
        more,
    ].join("\n");
}
