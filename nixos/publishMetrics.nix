# An ExecStopPost= that gives a unit's metrics to the collector: as root, for the folder is the
# collector's, and after a failure too, which is what is to be seen.
{ lib, pkgs }:

# The unit's name, which is that of its RuntimeDirectory, and the collector's folder.
name: metricsDir:
"+${pkgs.writeShellScript "${name}-publish" ''
  [ -e /run/${name}/metrics ] || exit 0
  to=${lib.escapeShellArg metricsDir}/${name}.prom
  # The collector must never read half of it, and reads what ends in .prom only.
  ${pkgs.coreutils}/bin/install -m 0644 /run/${name}/metrics "$to.new"
  ${pkgs.coreutils}/bin/mv "$to.new" "$to"
''}"
