# A host that keeps its own system in the cache, by a pin that it may write and nothing else.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkOption types;
  cfg = config.services.nix-cache;
  self = cfg.pinner;
  outsideStore = import ./outsideStore.nix { inherit lib; };
  timedRun = import ./timedRun.nix { inherit lib pkgs; };
  name = "nix-cache-pin";
  description = "Pins this host's system in the Nix cache";
in
{
  imports = [ ./common.nix ];

  options.services.nix-cache.pinner = {
    enable = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether this host pins the systems that it runs, so that the cache keeps them.";
    };

    package = import ./packageOption.nix { inherit lib pkgs; };

    credentialsFile = mkOption {
      type = types.str;
      example = "/run/secrets/nix-cache-pinner";
      description = ''
        Credentials file of this host's pinner: `nix-cache host credentials --pinner NAME`. A
        path as a text, to a file outside the Nix store that is there when the
        service starts. Only root needs to be able to read it.
      '';
    };

    name = mkOption {
      type = types.strMatching "[0-9A-Za-z][0-9A-Za-z._-]{2,63}";
      default = config.networking.hostName;
      defaultText = lib.literalExpression "config.networking.hostName";
      example = "laptop";
      description = "Name of the pinner: one of the stack's `pinners`. Its pin is `hosts/NAME`.";
    };

    profiles = mkOption {
      type = types.listOf types.path;
      default = [ ];
      example = [ "/nix/var/nix/profiles/per-user/root/profile" ];
      description = ''
        Links to store paths that are pinned beside the current system and the
        booted one, as texts. Each must be there.
      '';
    };

    keepDays = mkOption {
      type = types.ints.between 1 36500;
      default = 180;
      example = 365;
      description = "Days that the pin lasts after it was written last: as long as this host may be off.";
    };

    interval = mkOption {
      type = types.str;
      default = "daily";
      example = "Mon 06:00";
      description = ''
        When the pin is written anew, as systemd.time(7) has it (OnCalendar). It is
        written after each switch of the system too.
      '';
    };
  };

  config = lib.mkIf self.enable {
    assertions = outsideStore "services.nix-cache.pinner.credentialsFile" self.credentialsFile;

    systemd.timers.${name} = timedRun.timer description self.interval;

    # The link is replaced by every switch.
    systemd.paths.${name} = {
      description = "Another system of this host";
      wantedBy = [ "multi-user.target" ];
      pathConfig.PathChanged = "/run/current-system";
    };

    systemd.services.${name} = timedRun.service {
      inherit description;
      inherit (cfg) hostConfig;
      profile = self.name;
    } // {
      serviceConfig = {
        Type = "oneshot";
        # One that hangs would never be run again.
        TimeoutStartSec = lib.mkDefault "15min";
        ExecStart = lib.escapeShellArgs (
          [
            (lib.getExe self.package)
            "pin"
            "--system"
            "--keep-days"
            self.keepDays
            self.name
          ]
          ++ self.profiles
        );
        # 6: written, though something is missing in the cache, which the journal names.
        SuccessExitStatus = 6;
        LoadCredential = [ "credentials:${self.credentialsFile}" ];
        DynamicUser = true;
      }
      // import ./hardening.nix;
    };
  };
}
