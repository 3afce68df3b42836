/** The line in the nix.conf of the machine, which is its owner's file: put into it, and taken out of it. */
export const INCLUDE_LINE = `# Copies a file that is to be edited, with its mode and its owner.
copy() {
    beside "$1"
    [ ! -e "$new" ] || fail "$at is a file that this script writes itself: let $root/etc/nix/$1 be one of its own"
    edited="$1 $edited"
    if [ -e "$at" ]; then
        try "$at was not copied" cp -p "$at" "$new"
        try "$at was not copied" cp "$new" "$read"
        # On macOS a flag that forbids changes is copied too; it still protects the file itself.
        ! command -v chflags > /dev/null || try "$at was not copied" chflags nouchg "$new"
        set -- "$1" $(ls -ldn "$at")
        [ "$3" = 1 ] || say "$at has other names too (hard links): they keep the text that they have"
    else
        try "$at was not written" fill "$new" < /dev/null
        try "$at was not written" fill "$read" < /dev/null
    fi
}

# Status 0 where a file has the line.
includes() {
    [ -e "$1" ] || return 1
    status=0
    grep -Eq "$included" "$1" 2> /dev/null || status=$?
    [ "$status" -le 1 ] || fail "$1 was not read"
    return "$status"
}

stage_include() {
    word=nix.conf
    # Determinate Nix writes nix.conf anew, and leaves this one to its owner.
    [ ! -e "$root/etc/nix/nix.custom.conf" ] || word=nix.custom.conf
    folder /etc/nix
    place "$word"
    ! includes "$at" || return 0
    copy "$word"
    edit add_line
    ready "$word"
}

drop_include() {
    for word in nix.conf nix.custom.conf; do
        place "$word"
        [ "$word" = nix.conf ] || [ ! "$at" -ef "$nix_conf" ] || continue
        includes "$at" || continue
        copy "$word"
        edit without_line
        ready "$word"
    done
}

# A file that its owner may not write is written all the same by root, and by others so.
edit() {
    unwritable=
    [ -w "$new" ] || unwritable=yes
    [ -z "$unwritable" ] || try "$at was not written" chmod u+w "$new"
    try "$at was not written" "$1" "$read" "$new"
    [ -z "$unwritable" ] || try "$at was not written" chmod u-w "$new"
}

add_line() {
    # A file whose last line has no end gets one first.
    {
        cat "$1" &&
            { [ ! -s "$1" ] || [ "$(tail -c 1 "$1" | wc -l)" -eq 1 ] || echo; } &&
            printf '%s\\n' "$include"
    } > "$2"
}

# It may be the last one, and whether sed has copied every byte of the others is counted.
without_line() {
    sed -E "\\\\,$included,d" "$1" > "$2" || return 1
    rest=$(($(wc -c < "$2") + $(sed -nE "\\\\,$included,p" "$1" | wc -c)))
    whole=$(wc -c < "$1")
    # Some give the last line an end that it did not have.
    [ "$rest" -eq "$whole" ] || [ "$rest" -eq $((whole + 1)) ] || {
        echo "sed does not copy all of its bytes"
        return 1
    }
}
`;
