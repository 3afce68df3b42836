/** All that was written is renamed into place; a step that fails takes back those before it. */
export const COMMIT = `# Renames all that was written, and moves away what goes.
commit() {
    for path in $edited; do
        place "$path"
        [ ! -e "$at" ] || cmp -s "$at" "$read" || fail "$at was changed by somebody else meanwhile: run it again"
    done
    for step in $plan; do
        place "\${step#?}"
        taken="$step $taken"
        case "$step" in
        +*) try "$at was not replaced" mv -f "$new" "$at" ;;
        -*) try "$at was not removed" mv -f "$at" "$old" ;;
        esac
    done
    for step in $plan; do
        place "\${step#?}"
        try "$at may not be on the disk" on_disk "\${at%/*}"
    done
    finished=files
    tidy
}

# Where somebody else has put another file there since, that one stays.
put_back() {
    for step in $taken; do
        place "\${step#?}"
        case "$step" in
        +*) [ "$at" -ef "$ours" ] || continue ;;
        -*) [ ! -e "$at" ] && [ ! -L "$at" ] || continue ;;
        esac
        if [ -e "$old" ] || [ -L "$old" ]; then
            mv -f "$old" "$at" 2> /dev/null || lost="$lost \${step#?}"
        else
            rm -f "$at" 2> /dev/null || lost="$lost \${step#?}"
        fi
    done
    taken=
    tidy
    for path in $made; do
        rmdir "$root$path" 2> /dev/null || :
    done
}

# The next run takes work folders away, but no folder with the only copy of something.
tidy() {
    for path in $lost; do
        place "$path"
        unput="$unput $at"
        [ -d "$work" ] || continue
        safe="\${work%/*}/nix-cache-kept.$$"
        mv "$work" "$safe" 2> /dev/null || safe="$work"
        kept="$kept $safe"
    done
    for path in $touched; do
        place "$path"
        case "$kept " in
        *" $work "*) ;;
        *) rm -rf "$work" 2> /dev/null || : ;;
        esac
    done
}
`;
