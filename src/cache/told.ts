import type { AnySetting } from "./setting.ts";
import { SETTINGS, type Settings } from "./settings.ts";

/** Names of the settings that hosts are told. */
type Told = {
    [Key in keyof typeof SETTINGS]: (typeof SETTINGS)[Key] extends { readonly told: true } ? Key : never;
}[keyof typeof SETTINGS];

/** The part of a cache's settings that hosts are told, in the output `hostConfig`; nothing of it is secret. */
export type ToldSettings = Pick<Settings, Told>;

/** That part of them. */
export function toldSettings(settings: Settings): ToldSettings {
    const table: Readonly<Record<string, AnySetting<Settings>>> = SETTINGS;
    const told = Object.entries(settings).filter(([name]) => table[name]?.told === true);
    // Object.fromEntries forgets the names; both go by the same entries.
    return Object.fromEntries(told) as ToldSettings;
}
