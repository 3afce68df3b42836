import { HOST_PINS, hostPin, isPlainPinName, PIN_NAME_WORDS } from "../cache/pinName.ts";
import { shown, UserError } from "../cache/problem.ts";
import type { HostConfig } from "../hosts/hostConfig.ts";
import type { Cache } from "../s3/bucket.ts";

/** A cache, and who asks it. */
export interface Access {
    /** With the credentials of who asks. */
    readonly cache: Cache;
    /** `host`: one that writes its own pin alone, and reads as everyone does. */
    readonly role: "administrator" | "builder" | "host";
    readonly trustedPublicKeys: readonly string[];
    /** Pins that stand in the configuration, where that is known. */
    readonly stackPins: readonly string[];
}

/** The same, with what hosts are told of the cache. */
export interface KnownAccess extends Access {
    readonly host: HostConfig;
}

/** The same cache for everyone: a host's credentials let it read its own pin alone. */
export function asEveryone({ connection, bucket }: Cache): Cache {
    const { url, ca, region, timeoutMs, insecure, agent } = connection;
    return {
        connection: {
            url,
            ...(ca === undefined ? {} : { ca }),
            ...(region === undefined ? {} : { region }),
            ...(timeoutMs === undefined ? {} : { timeoutMs }),
            ...(insecure === undefined ? {} : { insecure }),
            ...(agent === undefined ? {} : { agent }),
        },
        bucket,
    };
}

/**
 * The pin that is meant.
 *
 * @param given as somebody said it; undefined: a host's own
 * @throws UserError when who asks cannot have such a pin
 */
export function pinMeant({ cache, role, stackPins }: Access, given: string | undefined): string {
    const user = cache.connection.accessKey ?? "";
    if (role === "host") {
        const own = hostPin(user);
        if (given === undefined || given === user || given === own) return own;
        throw new UserError(`the host ${user} has the pin ${user} alone, and may not write ${shown(given)}`);
    }
    if (given === undefined) throw new UserError("which pin? give its name");
    if (stackPins.includes(given))
        throw new UserError(`${given} is a pin of the stack's configuration (pins), and is changed there`);
    const plain =
        given.startsWith(HOST_PINS) && role === "administrator" ? given.slice(HOST_PINS.length) : given;
    if (isPlainPinName(plain)) return given;
    throw new UserError(`${shown(given)} is no name of a pin; it must be ${PIN_NAME_WORDS}`);
}
