# A service that queues what becomes valid in the store, beside or in place of the hook.
{ config, lib, ... }:

let
  self = config.services.nix-cache.builder;
  pushService = import ./pushService.nix { inherit lib; };
in
{
  config = lib.mkIf (self.enable && self.watchStore) {
    systemd.services.nix-cache-watch = {
      description = "Queues new store paths for the Nix cache";
      wantedBy = [ "multi-user.target" ];
      after = [ "nix-daemon.socket" ];
      path = [ config.nix.package ];
      startLimitIntervalSec = 0;
      environment = pushService.environment // {
        NIX_CACHE_QUEUE_LIMIT = toString self.queueLimit;
        NIX_CACHE_UPSTREAM_KEYS = lib.concatStringsSep " " self.upstreamKeys;
      };
      serviceConfig = pushService.serviceConfig // {
        ExecStart = lib.escapeShellArgs [
          (lib.getExe self.package)
          "watch"
        ];
      };
    };
  };
}
