/** How it ends: the one line that says what failed, once all files are as they were. */
export const ENDING = `say() {
    printf 'install.sh: %s\\n' "$1" >&2 || :
}

# Before anything is written.
refuse() {
    finished=yes
    say "$1"
    exit "\${2:-1}"
}

# The one line that says what failed, once all is as it was.
fail() {
    put_back
    finished=yes
    if [ -z "$lost" ]; then
        say "$1; every file is as it was"
    else
        say "$1; these could not be put back:$unput; what they were is kept in:$kept"
    fi
    exit 1
}

# Runs a step. What it complains of becomes a part of that line.
try() {
    what="$1"
    shift
    why="$("$@" 2>&1)" || fail "$what ($(printf '%s' "$why" | tr '\\n' ' '))"
}

# However it ends.
ended() {
    trap '' HUP INT TERM
    trap - EXIT
    case "$finished" in
    "") fail "it was stopped" ;;
    files)
        tidy
        say "it was stopped; $restart_it"
        ;;
    esac
}
`;
