# A host that pushes what it builds.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.nix-cache;
  self = cfg.builder;
  outsideStore = import ./outsideStore.nix { inherit lib; };
  name = "services.nix-cache.builder";
  pushService = import ./pushService.nix { inherit lib; };
  inherit (pushService) user queue;
in
{
  imports = [
    ./common.nix
    ./builderOptions.nix
    ./queueMetrics.nix
    ./renew.nix
    ./watchStore.nix
  ];

  config = lib.mkIf self.enable {
    assertions =
      outsideStore "${name}.credentialsFile" self.credentialsFile
      ++ outsideStore "${name}.signingKeyFile" self.signingKeyFile
      ++ [
        {
          assertion = lib.elem self.profile cfg.hostConfig.builders;
          message = "${name}.profile is \"${self.profile}\", which is no builder of the cache: it has ${lib.concatStringsSep ", " cfg.hostConfig.builders}.";
        }
        {
          assertion = lib.any (one: lib.elem one config.nix.settings.allowed-users) [
            "*"
            user
            "@${user}"
          ];
          message = "nix.settings.allowed-users leaves out ${user}, the user of the service that pushes: add it.";
        }
      ];

    environment.systemPackages = [ self.package ];

    users.users.${user} = {
      isSystemUser = true;
      group = user;
      description = "Pushes store paths to the Nix cache";
    };
    users.groups.${user} = { };

    # The hook is root's and writes in incoming/ alone, where nothing is anybody else's; the
    # service takes away from incoming/paths/ what it has pushed. A version before this one had
    # the whole folder as the service's.
    systemd.tmpfiles.rules = [
      "d ${queue} 0755 root root -"
      "d ${queue}/incoming 0755 root root -"
      "d ${queue}/incoming/new 0755 root root -"
      "d ${queue}/incoming/paths 0775 root ${user} -"
    ];

    nix.settings.post-build-hook = lib.mkIf self.hook (
      # Nix takes one program without arguments, waits for it, and fails the build when it fails.
      toString (
        # dash starts in half of bash's time.
        pkgs.writeScript "nix-cache-post-build-hook" ''
          #!${pkgs.dash}/bin/dash
          PATH=${
            lib.makeBinPath [
              pkgs.coreutils
              config.nix.package
            ]
          }
          NIX_CACHE_QUEUE=${queue}
          NIX_CACHE_QUEUE_LIMIT=${toString self.queueLimit}
          ${builtins.readFile ./postBuildHook.sh}
        ''
      )
    );

    # S3 credentials are read by who opens the store, and for an s3:// substituter that is the daemon.
    systemd.services.nix-daemon.environment = lib.mkIf self.daemonCredentials {
      AWS_SHARED_CREDENTIALS_FILE = self.credentialsFile;
    };

    systemd.services.nix-cache-push = {
      description = "Pushes queued store paths to the Nix cache";
      wantedBy = [ "multi-user.target" ];
      after = [
        "network.target"
        "nix-daemon.socket"
      ];
      path = [ config.nix.package ];
      # It tries for ever: a cache that is away for days is no reason to stop.
      startLimitIntervalSec = 0;

      environment = pushService.environment // {
        NIX_CACHE_HOST_CONFIG_FILE = toString (
          pkgs.writeText "nix-cache.json" (builtins.toJSON cfg.hostConfig)
        );
        # systemd gives the service copies that only it can read; the files themselves stay root's.
        AWS_SHARED_CREDENTIALS_FILE = "%d/credentials";
        NIX_CACHE_SIGNING_KEY_FILE = "%d/signing-key";
        NIX_CACHE_PROFILE = self.profile;
        NIX_CACHE_UPSTREAM_KEYS = lib.concatStringsSep " " self.upstreamKeys;
        NIX_CACHE_UPSTREAM_CACHES = lib.concatStringsSep " " self.upstreamCaches;
        NIX_CACHE_EXCLUDE = lib.concatStringsSep " " self.exclude;
        NIX_CACHE_COMPRESSION = self.compression;
        NIX_CACHE_LEVEL = toString self.level;
        NIX_CACHE_UPLOADS = toString self.uploads;
        NIX_CACHE_BUILD_LOGS = if self.buildLogs then "yes" else "no";
        NIX_CACHE_DEBUG_INFO = if self.debugInfo then "yes" else "no";
      }
      // lib.optionalAttrs (self.maxPathSize != null) { NIX_CACHE_MAX_PATH_SIZE = self.maxPathSize; };

      serviceConfig = pushService.serviceConfig // {
        ExecStart = lib.escapeShellArgs [
          (lib.getExe self.package)
          "push"
          "--watch"
          "--max-tries"
          self.maxTries
          "--first-pause"
          self.firstPause
          "--longest-pause"
          self.longestPause
        ];
        LoadCredential = [
          "credentials:${self.credentialsFile}"
          "signing-key:${self.signingKeyFile}"
        ];
        RestartSteps = lib.mkDefault 6;
        RestartMaxDelaySec = lib.mkDefault 300;
      };
    };
  };
}
