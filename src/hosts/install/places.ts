/**
 * Where files lie, and what may be trusted there.
 *
 * A file's work folder, `.nix-cache-install.PID` beside it, holds up to four
 * names: `new-FILE` is to be renamed into place, `ours-FILE` is a second name
 * of that, `old-FILE` a second name of what was there (or what was moved
 * away), `read-FILE` a copy of what was read. Renaming replaces a file at
 * once; a hard link gives back the very file, with all that belongs to it, and
 * cannot be made of one that is immutable, which so fails before any change.
 */
export const PLACES = `# Where a path lies ($at), and the names in the work folder beside it.
place() {
    case "$1" in
    nix.conf) at="$nix_conf" ;;
    nix.custom.conf) at="$custom_conf" ;;
    *) at="$root$1" ;;
    esac
    work="\${at%/*}/.nix-cache-install.$$"
    new="$work/new-\${at##*/}"
    ours="$work/ours-\${at##*/}"
    old="$work/old-\${at##*/}"
    read="$work/read-\${at##*/}"
}

# Sets $at to the file that a path's links lead to: that one is edited, and the links stay.
# It need not be asked who may change the folder there. Whoever may could give the daemon
# another nix.conf, and with it programs that it runs as root.
resolve() {
    at="$root$1"
    hops=0
    while [ -L "$at" ]; do
        # The dot keeps a line end that belongs to the name.
        to="$(readlink "$at" && echo .)" || fail "$at was not read"
        to="\${to%??}"
        case "$to" in
        */nix/store/* | /etc/static/*)
            refuse "NixOS or nix-darwin makes $1 here: import the module instead"
            ;;
        esac
        case "$to" in
        "$root"/*) at="$to" ;;
        /*) at="$root$to" ;;
        *) at="\${at%/*}/$to" ;;
        esac
        hops=$((hops + 1))
        [ "$hops" -lt 40 ] || refuse "$root$1 is a link that leads to itself, so nothing was changed"
    done
    [ -f "$at" ] || [ ! -e "$at" ] || refuse "$at is not a file, so nothing was changed"
}

# Whoever else may change a folder, or one above it, could put links into it, and root would
# write where they lead.
trusted() {
    [ -z "$root" ] || return 0
    [ -d "$1" ] || return 0
    folder="$(cd -P "$1" && pwd -P)" || refuse "$1 was not read, so nothing was changed"
    while :; do
        listed="$(ls -ldn "$folder/")" || refuse "$folder was not read, so nothing was changed"
        # Mode, links, owner, group.
        set -- $listed
        case "$1 $3 $4" in
        ?????-??-*" 0 "* | ????????-*" 0 0") ;;
        # In a sticky folder, what is root's stays root's.
        ?????????[tT]*" 0 "*) ;;
        *)
            folder="\${folder:-/}"
            refuse "others than root can change $folder, so nothing was changed: chown 0:0 $folder; chmod go-w $folder"
            ;;
        esac
        [ -n "$folder" ] && [ "$folder" != / ] || return 0
        folder="\${folder%/*}"
    done
}

# Takes away what a run that was killed has left beside a path.
sweep() {
    place "$1"
    for left in "\${at%/*}"/.nix-cache-install.*; do
        pid="\${left##*.}"
        case "$pid" in
        "" | *[!0-9]*) continue ;;
        esac
        # Another's that still runs; a day later the number is somebody else's.
        if [ "$pid" != "$$" ] && kill -0 "$pid" 2> /dev/null &&
            [ -z "$(find "$left" -prune -mtime +0 2> /dev/null)" ]; then
            continue
        fi
        rm -rf "$left" || :
    done
}
`;
