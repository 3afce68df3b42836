# The state of the queue as metrics, every minute.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.nix-cache;
  name = "nix-cache-queue-metrics";
  inherit (import ./pushService.nix { inherit lib; }) user queue;
in
{
  config = lib.mkIf (cfg.builder.enable && cfg.metricsDir != null) {
    systemd.timers.${name} = {
      description = "State of the queue of the Nix cache, every minute";
      wantedBy = [ "timers.target" ];
      timerConfig = {
        OnBootSec = "1min";
        OnUnitActiveSec = lib.mkDefault "1min";
      };
    };

    systemd.services.${name} = {
      description = "State of the queue of the Nix cache";
      environment.NIX_CACHE_QUEUE = queue;
      environment.NIX_CACHE_QUEUE_LIMIT = toString cfg.builder.queueLimit;
      serviceConfig = {
        Type = "oneshot";
        # Without it, one that hangs is waited for for ever, and the metrics stay as they were.
        TimeoutStartSec = lib.mkDefault "1min";
        ExecStart = lib.escapeShellArgs [
          (lib.getExe cfg.builder.package)
          "queue"
          "--metrics"
          "/run/${name}/metrics"
        ];
        ExecStopPost = import ./publishMetrics.nix { inherit lib pkgs; } name cfg.metricsDir;
        # The journal would have the same lines every minute.
        StandardOutput = "null";
        User = user;
        Group = user;
        StateDirectory = "${user}/state";
        StateDirectoryMode = "0755";
        RuntimeDirectory = name;
      }
      // import ./hardening.nix;
    };
  };
}
