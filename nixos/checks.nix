# Timers that run the stack's own checks, drift, doctor and report, where somebody wants them.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkOption types;
  cfg = config.services.nix-cache;
  self = cfg.checks;
  outsideStore = import ./outsideStore.nix { inherit lib; };
  user = "nix-cache-checks";
  wanted = lib.filterAttrs (_: check: check.enable) { inherit (self) drift doctor report; };

  checkOptions = what: interval: {
    enable = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether a timer runs `nix-cache ${what}`. What it finds is a failed unit `nix-cache-${what}`.";
    };
    interval = mkOption {
      type = types.str;
      default = interval;
      example = "Mon 06:00";
      description = "When it runs, as systemd.time(7) has it (OnCalendar).";
    };
    arguments = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "--json" ];
      description = "Further arguments of `nix-cache ${what}`.";
    };
  };

  unit = what: check: {
    description = "nix-cache ${what}";
    path = [
      self.nodejs
      self.pulumi
    ];
    environment.HOME = "/var/lib/${user}";
    inherit (self) onFailure;
    # Away at boot, or for a moment: that is no finding.
    after = [ "network-online.target" ];
    wants = [ "network-online.target" ];
    serviceConfig = {
      Type = "oneshot";
      # A unit of this type waits for ever: a check that hangs would be neither a failure nor
      # run again, and nobody would be told.
      TimeoutStartSec = lib.mkDefault (if what == "drift" then "15min" else "12h");
      ExecStart = lib.escapeShellArgs (
        [
          (lib.getExe' self.nodejs "node")
          "${self.projectDir}/src/cli/main.ts"
          what
          "--metrics"
          "/run/nix-cache-${what}/metrics"
        ]
        ++ lib.optionals (self.stack != null) [
          "--stack"
          self.stack
        ]
        ++ check.arguments
      );
      WorkingDirectory = self.projectDir;
      EnvironmentFile = self.environmentFile;
      User = self.user;
      StateDirectory = user;
      StateDirectoryMode = "0700";
      RuntimeDirectory = "nix-cache-${what}";
      PrivateTmp = true;
      ProtectSystem = "full";
      NoNewPrivileges = true;
    }
    // lib.optionalAttrs (self.user == "root") {
      ExecStartPre = pkgs.writeShellScript "nix-cache-${what}-owner" ''
        # What is in this folder runs as root, so nobody else may write it.
        export PATH=${lib.makeBinPath [ pkgs.coreutils pkgs.findutils ]}
        say() {
          echo "$1 is not root's alone: set services.nix-cache.checks.user to its owner" >&2
          exit 1
        }
        cd -P ${lib.escapeShellArg self.projectDir}
        # Links count by what they lead to.
        found=$(find -L . \( ! -user root -o -perm /022 \) -print -quit)
        [ -z "$found" ] || say "$PWD/$found"
        at=$PWD
        while [ -n "$at" ]; do
          case "$(stat -c %A:%u "$at")" in
          ?????-??-*:0 | ?????????[tT]:0) ;;
          *) say "$at" ;;
          esac
          at=''${at%/*}
        done
      '';
    }
    // lib.optionalAttrs (cfg.metricsDir != null) {
      ExecStopPost = import ./publishMetrics.nix { inherit lib pkgs; } "nix-cache-${what}" cfg.metricsDir;
    };
  };
in
{
  imports = [ ./common.nix ];

  options.services.nix-cache.checks = {
    drift = checkOptions "drift" "hourly";
    doctor = checkOptions "doctor" "daily";
    report = checkOptions "report" "daily";

    projectDir = mkOption {
      type = types.str;
      example = "/srv/nix-cache";
      description = ''
        Folder with a clone of this project, its packages installed (`npm ci`)
        and the stack selected: the checks ask Pulumi what should be there.
      '';
    };

    environmentFile = mkOption {
      type = types.str;
      example = "/run/secrets/nix-cache-pulumi.env";
      description = ''
        File with the variables that Pulumi needs for the stack, as
        `NAME=value`: PULUMI_BACKEND_URL, and PULUMI_ACCESS_TOKEN or
        PULUMI_CONFIG_PASSPHRASE. A path as a text, outside the Nix store.
      '';
    };

    stack = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "homelab";
      description = "Name of the stack. `null`: the one that is selected in the project's folder.";
    };

    user = mkOption {
      type = types.str;
      default = user;
      example = "root";
      description = ''
        User as whom the checks run; it must be able to read the project's folder and
        the stack's state. As root they run only where nobody else can write the
        project's folder.
      '';
    };

    nodejs = mkOption {
      type = types.package;
      default = pkgs.nodejs_24 or pkgs.nodejs;
      defaultText = lib.literalExpression "pkgs.nodejs_24";
      example = lib.literalExpression "pkgs.nodejs_22";
      description = "Node.js, version 22.18 or newer.";
    };

    pulumi = mkOption {
      type = types.package;
      default = pkgs.pulumi-bin;
      defaultText = lib.literalExpression "pkgs.pulumi-bin";
      example = lib.literalExpression "pkgs.pulumi";
      description = "Package with Pulumi's command line.";
    };

    onFailure = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "notify@%n.service" ];
      description = "Units that systemd starts when a check finds something, for example one that sends a message.";
    };
  };

  config = lib.mkIf (wanted != { }) {
    assertions = outsideStore "services.nix-cache.checks.environmentFile" self.environmentFile;

    users = lib.mkIf (self.user == user) {
      users.${user} = {
        isSystemUser = true;
        group = user;
        description = "Checks the Nix cache";
      };
      groups.${user} = { };
    };

    systemd.services = lib.mapAttrs' (what: check: lib.nameValuePair "nix-cache-${what}" (unit what check)) wanted;
    systemd.timers = lib.mapAttrs' (
      what: check:
      lib.nameValuePair "nix-cache-${what}" {
        description = "nix-cache ${what}, ${check.interval}";
        wantedBy = [ "timers.target" ];
        timerConfig = {
          OnCalendar = check.interval;
          RandomizedDelaySec = lib.mkDefault "5min";
          Persistent = true;
        };
      }
    ) wanted;
  };
}
