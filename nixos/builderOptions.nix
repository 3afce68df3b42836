# Options of a host that pushes what it builds.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkOption types;
  cfg = config.services.nix-cache;
  secretFile =
    what: example:
    mkOption {
      type = types.str;
      inherit example;
      description = ''
        ${what} A path as a text, to a file outside the Nix store that is there
        when the service starts, for example of sops-nix or agenix. Only root
        needs to be able to read it. After a change: `systemctl restart nix-cache-push`.
      '';
    };
in
{
  imports = [
    (lib.mkRemovedOptionModule [ "services" "nix-cache" "builder" "transport" ] ''
      One way to push works with every Nix now.
    '')
  ];

  options.services.nix-cache.builder = {
    enable = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether this host signs what it builds and pushes it to the cache.";
    };

    package = import ./packageOption.nix { inherit lib pkgs; };

    credentialsFile = secretFile "Credentials file of the AWS SDKs with the builder's profile: the stack's output `awsCredentials`." "/run/secrets/nix-cache-credentials";

    signingKeyFile = secretFile "The secret signing key: the stack's output `secretKey`." "/run/secrets/nix-cache-signing-key";

    profile = mkOption {
      type = types.str;
      default = lib.head cfg.hostConfig.builders;
      defaultText = lib.literalMD "the stack's first builder";
      example = "ci-runner";
      description = "Name of the builder as which this host pushes: one of the stack's `builders`.";
    };

    hook = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = ''
        Whether everything that is built here is queued, by Nix's
        `post-build-hook`. Without it, set {option}`services.nix-cache.builder.watchStore`,
        or queue by hand: `nix-cache enqueue /nix/store/…`.
      '';
    };

    watchStore = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = ''
        Whether the service `nix-cache-watch` queues whatever becomes valid in the store:
        what another `post-build-hook` keeps from being queued, what remote builders
        built, what was copied here. It catches up on what came while it was off.
        What a key of {option}`services.nix-cache.builder.upstreamKeys` signed is left out.
      '';
    };

    upstreamKeys = mkOption {
      type = types.listOf types.str;
      default = [ "cache.nixos.org-1" ];
      example = [
        "cache.nixos.org-1"
        "nix-community.cachix.org-1"
      ];
      description = ''
        Names of keys. A path that carries a signature by one of them is in
        another cache already, and is not pushed.
      '';
    };

    queueLimit = mkOption {
      type = types.ints.positive;
      default = 10000;
      example = 1000;
      description = ''
        Number of paths that may wait. Further ones are dropped and counted, which
        `nix-cache queue` shows; a build never fails because of it.
      '';
    };

    upstreamCaches = mkOption {
      type = types.listOf (types.strMatching "https?://[^[:space:]]+");
      default = [ ];
      example = [ "https://cache.nixos.org" ];
      description = ''
        URLs of other caches, which are asked: a path that one of them has is not pushed.
      '';
    };

    maxPathSize = mkOption {
      type = types.nullOr (types.strMatching "[0-9]+([.][0-9]+)?([KMGT](iB|B)?)?");
      default = null;
      example = "2GiB";
      description = ''
        Size of a path, before compression, above which it is not pushed, nor what
        refers to it: no host could get that whole from the cache. `null`: any size.
      '';
    };

    exclude = mkOption {
      type = types.listOf (types.strMatching "[^[:space:]]+");
      default = [ ];
      example = [
        "*-source"
        "linux-*"
      ];
      description = ''
        Patterns of names, as a shell's, which stand for what follows the hash. Such a
        path is not pushed, nor what refers to it.
      '';
    };

    compression = mkOption {
      type = types.enum [
        "zstd"
        "none"
      ];
      default = "zstd";
      example = "none";
      description = "Compression of what is pushed. Every Nix since 2.4 reads both.";
    };

    level = mkOption {
      type = types.ints.between 1 19;
      default = 2;
      example = 9;
      description = "Level of the compression `zstd`. A higher one takes longer, and makes smaller files.";
    };

    uploads = mkOption {
      type = types.ints.between 1 256;
      default = 16;
      example = 4;
      description = "Number of paths that are uploaded at the same time.";
    };

    buildLogs = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = ''
        Whether the logs of builds are sent beside what they built, for `nix log`.
        Whoever may read the cache may read them.
      '';
    };

    debugInfo = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = ''
        Whether debug information (`lib/debug/.build-id`) is indexed by build IDs, for
        nixseparatedebuginfod2 and dwarffs.
      '';
    };

    maxTries = mkOption {
      type = types.ints.positive;
      default = 5;
      example = 3;
      description = ''
        Tries of a path that cannot be pushed by its own fault, after which
        `nix-cache queue` shows it as failed. A server that is away is no such fault.
      '';
    };

    firstPause = mkOption {
      type = types.ints.positive;
      default = 5;
      example = 30;
      description = "Seconds before something that failed is tried again. The pause doubles each time.";
    };

    longestPause = mkOption {
      type = types.ints.positive;
      default = 900;
      example = 3600;
      description = "The longest pause between two tries, in seconds.";
    };

    daemonCredentials = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = ''
        Whether the Nix daemon gets {option}`services.nix-cache.builder.credentialsFile`
        too, as AWS_SHARED_CREDENTIALS_FILE: it is the daemon, not the user, that
        reads credentials for an `s3://` substituter.
      '';
    };
  };
}
