/**
 * What `main` does with its arguments.
 *
 * @param all every path that may be written
 * @param owner the file that says whose files these are
 */
export function mainLines(all: readonly string[], owner: string): string {
    const folders = [...new Set(all.map((path) => path.slice(0, path.lastIndexOf("/"))))];
    return `empty_folders() {
    for path in ${folders.join(" ")}; do
        rmdir "$root$path" 2> /dev/null || :
    done
}

remove=
while [ $# -gt 0 ]; do
    case "$1" in
    --remove) remove=yes ;;
    --owner)
        [ $# -gt 1 ] || refuse "--owner needs a name, so nothing was changed" 2
        owner="$2"
        shift
        ;;
    *) refuse "there is no option $1, there is --remove; nothing was changed" 2 ;;
    esac
    shift
done
if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
    refuse "run this as root"
fi
for path in ${folders.join(" ")}; do
    trusted "$path"
done
for path in${all.map((path) => ` \\\n    ${path}`).join("")}; do
    sweep "$path"
done
# What another has put there since stays.
if [ -n "$remove" ] && [ -n "$owner" ]; then
    theirs=
    [ ! -e "$root${owner}" ] || theirs="$(cat "$root${owner}")" || refuse "$root${owner} was not read, so nothing was changed"
    if [ "$theirs" != "$owner" ]; then
        empty_folders
        exit 0
    fi
fi
sync_one=yes
sync / 2> /dev/null || sync_one=
trap ended EXIT
# A second signal must not keep the first from putting the files back.
trap 'trap "" HUP INT TERM; exit 129' HUP
trap 'trap "" HUP INT TERM; exit 130' INT
trap 'trap "" HUP INT TERM; exit 143' TERM
# Who reads what this says may go; the files are put back before it says so.
trap '' PIPE
resolve /etc/nix/nix.conf
nix_conf="$at"
resolve /etc/nix/nix.custom.conf
custom_conf="$at"
sweep nix.conf
sweep nix.custom.conf
if [ -n "$remove" ]; then
    remove_all
else
    install_all
fi
commit
[ -z "$remove" ] || empty_folders
restart || {
    finished=yes
    say "$restart_it"
    exit 1
}
finished=yes
`;
}
