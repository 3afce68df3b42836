# Gives a unit's metrics to the collector: publishMetrics.sh RUNTIME-DIRECTORY FOLDER.
#
# It runs as root, since the unit's user may not write what is the collector's, nor the
# collector's what is the unit's. Both own their folders and could put links there, so root
# opens nothing in either. The text is read as the unit's user, comes through a pipe, and is
# written as the user whose folder it is: what one of them could not read or write by
# itself, it cannot through this.
set -eu
umask 022
runtime="$1"
collected="${2%/}"
name="${runtime##*/}"
limit=1048576

say() {
    echo "$name: $1" >&2
    exit 1
}

# Runs a command as a user and a group, by number, with no right beyond theirs. It gets none of
# the unit's variables, which may be secrets and which that user could read in /proc. It is
# ended when it takes longer than anything here does: a pipe may lie where a file is looked for.
as() {
    owner="$1"
    shift
    env -i PATH="$PATH" setpriv --reuid="${owner%:*}" --regid="${owner#*:}" --clear-groups \
        --no-new-privs --inh-caps=-all timeout 5 "$@"
}

# From here on it is this folder, whatever its path leads to later.
cd -P "$collected" || say "there is no folder $collected"
writer="$(stat -c %u:%g .)"
if [ "${writer%:*}" -eq 0 ]; then
    # Root writes only where nobody else decides where that is.
    at="$(pwd -P)"
    [ "$at" = "$collected" ] || say "$collected is a link: set metricsDir to the folder itself, $at"
    while :; do
        case "$(stat -c %A:%u:%g "${at:-/}")" in
        ?????-??-*:0:* | ????????-?:0:0 | ?????????[tT]:0:*) ;;
        *) say "root writes nothing to $collected: others than root can change ${at:-/}" ;;
        esac
        [ -n "$at" ] || break
        at="${at%/*}"
    done
fi

# The unit's manager has made this one, for the unit's user.
reader="$(stat -c %u:%g "$runtime")"
text="$(as "$reader" head -c "$limit" -- "$runtime/metrics" 2> /dev/null)" || {
    # It may have failed before there were any. The collector's old ones say how old they are.
    echo "$name: there are no metrics that its user can read" >&2
    exit 0
}
[ -n "$text" ] || exit 0

# The collector must never read half of it, and reads what ends in .prom only.
printf '%s\n' "$text" | as "$writer" sh -euc '
    rm -f "./.$1".*
    new="$(mktemp "./.$1.XXXXXX")"
    cat > "$new"
    chmod 0644 "$new"
    mv -f "$new" "./$1.prom"
' sh "$name"
