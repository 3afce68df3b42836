# An ExecStopPost= that gives a unit's metrics to the collector: after a failure too, which is
# what is to be seen. What runs as root there, and why, is said in publishMetrics.sh.
{ lib, pkgs }:

# The unit's name, which is that of its RuntimeDirectory, and the collector's folder.
name: metricsDir:
"+${pkgs.writeShellScript "${name}-publish" ''
  export PATH=${
    lib.makeBinPath [
      pkgs.bash
      pkgs.coreutils
      pkgs.util-linux
    ]
  }
  set -- ${
    lib.escapeShellArgs [
      "/run/${name}"
      metricsDir
    ]
  }
  ${builtins.readFile ./publishMetrics.sh}
''}"
