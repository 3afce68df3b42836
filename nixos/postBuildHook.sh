#!/bin/sh
# Nix's post-build-hook: it queues what a build has made, for nix-cache push.
#
# Nix waits for it and takes its failure for the build's: what goes wrong is a line on standard
# error, and it ends with 0. It may be root's, while the service that pushes is another user
# with the right to write incoming/paths/. A shell's set -C makes files with O_EXCL, but opens
# what is there if that is a pipe or a device, and another user could put one there in time. So
# the shell writes in incoming/new/, which nobody else can write, and mv renames from there: that
# opens nothing and follows no link. What one that was ended left there goes with the next one.
LC_ALL=C
export LC_ALL
PATH="${PATH:+$PATH:}/nix/var/nix/profiles/default/bin:/run/current-system/sw/bin:/usr/bin:/bin"
CDPATH=
umask 022
set -f
trap '' PIPE
store=/nix/store
limit="${NIX_CACHE_QUEUE_LIMIT:-10000}"
queue="${NIX_CACHE_QUEUE:-}"
if [ -z "$queue" ]; then
    queue="${XDG_STATE_HOME:-}"
    case "$queue" in /*) ;; *) queue="${HOME:-}/.local/state" ;; esac
    queue="$queue/nix-cache-push"
    # The root folder is root's.
    [ ! -O / ] || queue=/var/lib/nix-cache-push
fi
case "$queue" in /*) ;; *) queue="$PWD/$queue" ;; esac

say() {
    printf 'nix-cache: %s\n' "$1" >&2
}

leave() {
    say "not queued: $1"
    exit 0
}

# Whether $1 and all above it, and what else is named, are root's alone; the group of
# incoming/paths may write. Who is not root writes as whoever he is.
check() {
    [ -O / ] || return 0
    at="$1"
    while [ -n "$at" ]; do
        set -- "$@" "$at"
        at="${at%/*}"
    done
    all="$(ls -ldn / "$@" 2> /dev/null)" || leave "the folders of $queue cannot be looked at"
    IFS='
'
    for line in $all; do
        unset IFS
        # Mode, links, owner; the name comes last.
        set -- $line
        name="/${line#*/}"
        [ "$3" = 0 ] || leave "$name belongs to user $3 and not to root, so root writes nothing there"
        case "$name:$1" in
        *:d????-??-* | */incoming/paths:d???????-*) continue ;;
        */incoming/paths:* | */incoming/new:* | */incoming:*) ;;
        # In a sticky folder, as /tmp, nobody can move or remove what is root's.
        *:d????????[tT]*) continue ;;
        esac
        leave "$name can be written by others than root ($1), so root writes nothing there"
    done
    unset IFS
}

# Makes ./$1 where it is missing, and goes there.
enter() {
    [ -d "./$1" ] || why="$(mkdir "./$1" 2>&1)"
    cd -P "./$1" 2> /dev/null || leave "$PWD: no folder $1 can be made here: ${why##*: }"
}

# Makes the queue's folders, below the last that is there.
make() {
    at="$queue/incoming"
    rest=
    until [ -d "${at:-/}" ]; do
        [ ! -L "$at" ] || leave "$at is a link to what is not there"
        [ ! -e "$at" ] || leave "$at is not a folder"
        rest="${at##*/}/$rest"
        at="${at%/*}"
    done
    cd -P "${at:-/}" 2> /dev/null || leave "$at: it cannot be entered"
    check "$PWD"
    IFS=/
    for name in $rest; do enter "$name"; done
    unset IFS
    [ -d ./paths ] || mkdir ./paths 2> /dev/null
    enter new
    [ -d ../paths ] || leave "$queue/incoming/paths cannot be made"
}

set -- ${OUT_PATHS:-}
if [ $# -eq 0 ] && [ -n "${DRV_PATH:-}" ]; then
    # Nix 2.8, and 2.30 to 2.31 after --rebuild, leave it empty (NixOS/nix#6446, #14287).
    built="$(nix-store --query --outputs "$DRV_PATH" 2> /dev/null)" ||
        leave "nix-store does not know the outputs of $DRV_PATH"
    set -- $built
fi

digits='[0-9a-df-np-sv-z][0-9a-df-np-sv-z][0-9a-df-np-sv-z][0-9a-df-np-sv-z]'
digits="$digits$digits$digits$digits"
names=
for path do
    name="${path#"$store"/}"
    case "$path" in "$store"/$digits$digits-*) ;; *) name=/ ;; esac
    case "${name#*-}" in '' | *[!A-Za-z0-9+._?=-]*) name= ;; esac
    if [ -z "$name" ] || [ ${#name} -gt 244 ]; then
        say "$path is no store path, and is not queued"
    else
        names="$names $name"
    fi
done
[ -n "$names" ] || exit 0

case "$limit" in
0* | *[!0-9]* | ??????????*)
    leave "NIX_CACHE_QUEUE_LIMIT is \"$limit\"; it must be a whole number from 1"
    ;;
esac
cd -P "$queue/incoming/new" 2> /dev/null && [ -d ../paths ] || make
[ ! -L ../paths ] || leave "$queue/incoming/paths is a link"
check "$PWD" "${PWD%/new}/paths"

set +f
set -- ../paths/*
set -f
[ -e "$1" ] || [ -L "$1" ] || shift
room=$((limit - $#))
set -C
dots=
made=
for name in $names; do
    # It waits already.
    if [ -e "../paths/$name" ] || [ -L "../paths/$name" ]; then continue; fi
    if [ $room -le 0 ]; then
        say "the queue is full ($limit): $store/$name is not pushed"
        dots="$dots."
        continue
    fi
    room=$((room - 1))
    [ -e "./$name" ] || { printf '' > "./$name"; } 2> /dev/null ||
        why="$({ printf '' > "./$name"; } 2>&1)" ||
        [ -e "./$name" ] || leave "$PWD: ${why##*: }"
    made="$made $name"
done
if [ -n "$made" ]; then
    set +f
    why="$(mv -f ./* ../paths/ 2>&1)"
    set -f
    for name in $made; do
        # Another hook may have renamed it.
        [ ! -e "./$name" ] || leave "$store/$name: ${why##*: }"
    done
fi
if [ -n "$dots" ]; then
    # A byte for each: appending is never torn, and the size is the number.
    if [ -L ../dropped ] || [ -e ../dropped ]; then
        { [ -f ../dropped ] && [ ! -L ../dropped ] && [ -O ../dropped ]; } ||
            leave "$queue/incoming/dropped is not this queue's: remove it"
    fi
    { printf '%s' "$dots" >> ../dropped; } 2> /dev/null || leave "$queue/incoming/dropped cannot be written"
fi
exit 0
