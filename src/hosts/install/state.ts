/** What the script knows: where it works, what it is to do, and what it has done. */
export const STATE = `root="\${DESTDIR:-}"
case "$root" in
"" | /*) ;;
*) root="$PWD/$root" ;;
esac
include='!include ../nix-cache/nix.conf'
# The same, as its owner may have written it: with other blanks, or a remark behind it.
included='^[[:space:]]*!?include[[:space:]]+(\\.\\.|/etc)/nix-cache/nix\\.conf[[:space:]]*(#.*)?$'
owner=
# Paths without blanks, each with what is to be done: + puts it into place, - takes it away.
plan=
# The steps that were taken, and the folders that were made, the last first.
taken=
made=
# Paths beside which there is a work folder, and those that were read.
touched=
edited=
# What could not be put back, its paths here, and the folders in which it is kept.
lost=
unput=
kept=
# Whether its last word was said (yes), or only the daemon is to be restarted (files).
finished=
restart_it="the files are as they are to be, and the Nix daemon was not restarted: restart it"
`;
