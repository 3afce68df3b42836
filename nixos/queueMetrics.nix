# The state of the queue as metrics, every minute.
{ config, lib, ... }:

let
  cfg = config.services.nix-cache;
  queue = "/var/lib/nix-cache-push";
in
{
  config = lib.mkIf (cfg.builder.enable && cfg.metricsDir != null) {
    systemd.timers.nix-cache-queue-metrics = {
      description = "State of the queue of the Nix cache, every minute";
      wantedBy = [ "timers.target" ];
      timerConfig = {
        OnBootSec = "1min";
        OnUnitActiveSec = lib.mkDefault "1min";
      };
    };

    systemd.services.nix-cache-queue-metrics = {
      description = "State of the queue of the Nix cache";
      environment.NIX_CACHE_QUEUE = queue;
      environment.NIX_CACHE_QUEUE_LIMIT = toString cfg.builder.queueLimit;
      serviceConfig = {
        Type = "oneshot";
        ExecStart = lib.escapeShellArgs [
          (lib.getExe cfg.builder.package)
          "queue"
          "--metrics"
          "${cfg.metricsDir}/nix-cache-queue.prom"
        ];
        # The journal would have the same lines every minute.
        StandardOutput = "null";
        ReadWritePaths = [
          cfg.metricsDir
          queue
        ];
      }
      // import ./hardening.nix;
    };
  };
}
