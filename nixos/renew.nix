# A builder that keeps alive what is pinned: it renews it before it expires.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkOption types;
  cfg = config.services.nix-cache;
  self = cfg.builder.renew;
  timedRun = import ./timedRun.nix { inherit lib pkgs; };
  name = "nix-cache-renew";
  description = "Keeps alive what is pinned in the Nix cache";
in
{
  options.services.nix-cache.builder.renew = {
    enable = mkOption {
      type = types.bool;
      default = cfg.hostConfig.expireDays or 0 > 0;
      defaultText = lib.literalMD "whether something expires in the cache";
      example = false;
      description = ''
        Whether a timer renews what pins keep alive, with all that it refers to. One builder is
        enough, and several do no harm. Where something alive is missing, or could not be renewed,
        the unit `nix-cache-renew` fails.
      '';
    };

    interval = mkOption {
      type = types.str;
      default = "daily";
      example = "Mon,Thu 04:00";
      description = ''
        When it runs, as systemd.time(7) has it (OnCalendar): at least twice in half of the days
        after which something expires.
      '';
    };

    roots = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "/nix/var/nix/profiles" ];
      description = "Folders with links: what they lead to is kept alive too, if the cache has it.";
    };

    arguments = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [
        "--upstream"
        "https://cache.nixos.org"
      ];
      description = "Further arguments of `nix-cache renew`.";
    };

    onFailure = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "tell@%n.service" ];
      description = "Units that systemd starts when the run fails.";
    };
  };

  config = lib.mkIf (cfg.builder.enable && self.enable) {
    systemd.timers.${name} = timedRun.timer description self.interval;

    systemd.services.${name} = timedRun.service {
      inherit description;
      inherit (cfg) hostConfig;
      profile = cfg.builder.profile;
    } // {
      inherit (self) onFailure;
      serviceConfig = {
        Type = "oneshot";
        # One that hangs would never be run again.
        TimeoutStartSec = lib.mkDefault "12h";
        ExecStart = lib.escapeShellArgs (
          [
            (lib.getExe cfg.builder.package)
            "renew"
            "--metrics"
            "/run/${name}/metrics"
          ]
          ++ lib.concatMap (folder: [
            "--roots"
            folder
          ]) self.roots
          ++ self.arguments
        );
        LoadCredential = [ "credentials:${cfg.builder.credentialsFile}" ];
        User = name;
        DynamicUser = true;
        RuntimeDirectory = name;
        Nice = lib.mkDefault 10;
      }
      // import ./hardening.nix
      // lib.optionalAttrs (cfg.metricsDir != null) {
        ExecStopPost = import ./publishMetrics.nix { inherit lib pkgs; } name cfg.metricsDir;
      };
    };
  };
}
