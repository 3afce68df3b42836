import type { Problem } from "./problem.ts";

/** What is wrong with a value, and what would be right; see {@link Problem}. */
export type Fault = Omit<Problem, "setting">;

/** What the values of a setting are. */
export type AnyKind = "text" | "number" | "flag" | "texts" | "numbers" | "objects" | "object";

/** The kind of a setting whose values have this type. */
type Kind<Value> = Value extends string
    ? "text"
    : Value extends number
      ? "number"
      : Value extends boolean
        ? "flag"
        : Value extends readonly string[]
          ? "texts"
          : Value extends readonly number[]
            ? "numbers"
            : Value extends readonly object[]
              ? "objects"
              : "object";

/** All that is said of a setting anywhere: configuration is read and checked by it, Pulumi.yaml and the manual are written from it. */
export interface AnySetting<All = object> {
    readonly kind: AnyKind;
    /** The value where none is given. Default: there is none. */
    readonly default?: unknown;
    /** What the value follows from where none is given: settings that stand above this one in its table. */
    follows?(above: Partial<All>): unknown;
    /** What holds where none is given, in words, for a default that is no plain value. */
    readonly unset?: string;
    /** Brings a value, which is not checked yet, into the form that is used. Default: as it is given. */
    form?(given: unknown): unknown;
    /**
     * What is wrong with a value, which may be anything. Not asked where there
     * is none. A setting with parts names each itself. Default: that it is
     * not of its kind.
     */
    check?(value: unknown, all: All): Fault | readonly Problem[] | undefined;
    /** For a setting that must be set: the end of the message that says so, after `it must be`. */
    readonly needed?: string;
    /** For a secret: the end of the message that refuses it in clear text, after `it must be`. */
    readonly secret?: string;
    /** Whether hosts are told its value, in the output `hostConfig`. Default: they are not. */
    readonly told?: true;
    /** What it is, in one sentence, for Pulumi.yaml and the manual. */
    readonly description: string;
    /** What the manual says beside that, in Markdown. Default: nothing. */
    readonly more?: string;
}

/** A setting whose values have this type. */
export interface Setting<Value, All> extends AnySetting<All> {
    readonly kind: Kind<Value>;
    readonly default?: Value;
    follows?(above: Partial<All>): Value;
}

/** Settings by their names, one for each member of `Given`, in the order of messages and of the manual. */
export type Table<Given, All = Given> = {
    readonly [Key in keyof Given]-?: Setting<NonNullable<Given[Key]>, All>;
};

/** The members of `Given` that have a value once every default is filled in. */
export type Always<Given, Of> = {
    [Key in keyof Given]-?: undefined extends Given[Key]
        ? Key extends keyof Of
            ? Of[Key] extends { readonly default: unknown } | { follows: unknown }
                ? Key
                : never
            : never
        : Key;
}[keyof Given];

/** `Given` with every default filled in; what has none in its table may still be missing. */
export type Completed<Given, Of> = {
    readonly [Key in Always<Given, Of>]-?: NonNullable<Given[Key]>;
} & { readonly [Key in Exclude<keyof Given, Always<Given, Of>>]?: NonNullable<Given[Key]> };
