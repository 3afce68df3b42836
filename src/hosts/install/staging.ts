/** What is to change is written beside its place, on the disk, and nothing that is there is touched. */
export const STAGING = `# Makes a folder where there is none.
folder() {
    [ ! -d "$root$1" ] || return 0
    if [ -z "$1" ]; then
        try "$root was not made" mkdir -p "$root"
        return 0
    fi
    folder "\${1%/*}"
    try "$root$1 was not made" mkdir "$root$1"
    made="$1 $made"
}

# Makes the work folder beside a path, which nobody else may look into.
beside() {
    place "$1"
    touched="$1 $touched"
    [ -d "$work" ] || try "$at cannot be changed" mkdir -m 700 "$work"
}

fill() {
    cat > "$1"
}

# Writes a file beside its place, from standard input.
stage() {
    folder "\${1%/*}"
    beside "$1"
    try "$at was not written" fill "$new"
    try "$at was not written" chmod "$2" "$new"
    ready "$1"
}

# Nix takes this file in place of the system's certificates.
stage_bundle() {
    place "$2"
    ca="$new"
    beside "$1"
    try "$at was not written" join "$system" "$ca" "$new"
    try "$at was not written" chmod 644 "$new"
    ready "$1"
}

join() {
    { cat "$1" && echo && cat "$2"; } > "$3"
}

# What is written is on the disk before it has its name.
ready() {
    [ ! -d "$at" ] || fail "$at is a folder"
    if [ -e "$at" ] && [ -e /sys/fs/selinux/enforce ]; then
        try "$at was not given its label" chcon --reference="$at" "$new"
    fi
    try "$at cannot be replaced" keep
    try "$at cannot be replaced" ln "$new" "$ours"
    try "$at was not written" on_disk "$new"
    plan="$plan +$1"
}

keep() {
    if [ -L "$at" ]; then
        ln -s "$(readlink "$at")" "$old"
    elif [ -e "$at" ]; then
        ln "$at" "$old"
    fi
}

# Where sync takes no file, it writes all there is.
on_disk() {
    if [ -n "$sync_one" ]; then
        sync "$1"
    else
        sync
    fi
}

drop() {
    place "$1"
    [ -e "$at" ] || [ -L "$at" ] || return 0
    [ -L "$at" ] || [ ! -d "$at" ] || fail "$at is a folder"
    beside "$1"
    plan="$plan -$1"
}
`;
