/**
 * The name of a builder's profile in a credentials file, and in `profile=`.
 *
 * It is the builder's own name where that has letters, digits, `_` and `-`
 * alone. aws-c-sdkutils before 0.2.5, by which Nix reads credentials, skips a
 * profile of any other name (its `source/aws_profile.c`, `s_is_identifier`), and
 * Nix then goes on unsigned. So any other character becomes `_` and its code in
 * two hexadecimal digits: `ci.runner` has the profile `ci_2erunner`. The check
 * of builders refuses two whose profiles would be the same, so no two share one.
 *
 * A profile's name is its own profile's name too: it may be given in place of the builder's.
 *
 * @param builder the builder's name, ASCII
 */
export function profileName(builder: string): string {
    return builder.replaceAll(
        /[^0-9A-Za-z_-]/g,
        (character) => `_${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
    );
}
