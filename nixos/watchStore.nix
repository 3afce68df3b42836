# A service that queues what becomes valid in the store, beside or in place of the hook.
{ config, lib, ... }:

let
  self = config.services.nix-cache.builder;
  user = "nix-cache-push";
  queue = "/var/lib/${user}";
in
{
  config = lib.mkIf (self.enable && self.watchStore) {
    systemd.services.nix-cache-watch = {
      description = "Queues new store paths for the Nix cache";
      wantedBy = [ "multi-user.target" ];
      after = [ "nix-daemon.socket" ];
      path = [ config.nix.package ];
      startLimitIntervalSec = 0;
      environment = {
        HOME = "/var/cache/${user}";
        NIX_CACHE_QUEUE = queue;
        NIX_CACHE_QUEUE_LIMIT = toString self.queueLimit;
        NIX_CACHE_UPSTREAM_KEYS = lib.concatStringsSep " " self.upstreamKeys;
      };
      serviceConfig = {
        ExecStart = lib.escapeShellArgs [
          (lib.getExe self.package)
          "watch"
        ];
        Restart = "always";
        RestartSec = lib.mkDefault 5;
        # What it ends with on SIGTERM.
        SuccessExitStatus = 143;
        User = user;
        Group = user;
        StateDirectory = "${user}/state";
        StateDirectoryMode = "0755";
        ReadWritePaths = [ queue ];
        CacheDirectory = user;
        Nice = lib.mkDefault 10;
        IOSchedulingClass = lib.mkDefault "idle";
      }
      // import ./hardening.nix;
    };
  };
}
