# A host that reads from the cache.
{ config, lib, ... }:

let
  cfg = config.services.nix-cache;
  inherit (cfg) hostConfig;
  hour = 60 * 60;
  day = 24 * hour;
in
{
  imports = [ ./common.nix ];

  options.services.nix-cache.substituter = {
    enable = lib.mkOption {
      type = lib.types.bool;
      default = false;
      example = true;
      description = "Whether this host takes store paths from the cache.";
    };

    fallback = lib.mkOption {
      type = lib.types.bool;
      default = true;
      example = false;
      description = ''
        Whether Nix builds a path itself when the cache says that it has it and
        then fails to send it.
      '';
    };

    connectTimeout = lib.mkOption {
      type = lib.types.ints.positive;
      default = 5;
      example = 15;
      description = ''
        Seconds after which Nix gives up a connection to a substituter. Its own
        default waits for minutes when the cache is away.
      '';
    };

    positiveTtl = lib.mkOption {
      type = lib.types.ints.unsigned;
      default =
        if hostConfig.expireDays or 0 == 0 then
          30 * day
        else if hostConfig.narGraceDays or 0 == 0 then
          hour
        else
          day;
      defaultText = lib.literalMD ''
        one day where the cache expires, one hour where NARs expire with their
        narinfos (`narGraceDays: 0`), else 30 days as Nix has it
      '';
      example = 3600;
      description = ''
        Seconds for which Nix remembers that a cache has a path. It must be
        short against the days after which paths expire: Nix would go on asking
        for what is gone.
      '';
    };

    negativeTtl = lib.mkOption {
      type = lib.types.ints.unsigned;
      default = 300;
      example = 3600;
      description = ''
        Seconds for which Nix remembers that a cache does not have a path. With
        Nix's own default, an hour, what a builder has just pushed is built once more.
      '';
    };

    trustCertificate = lib.mkOption {
      type = lib.types.bool;
      default = true;
      example = false;
      description = ''
        Whether the whole system trusts the private CA of the cache, if
        {option}`services.nix-cache.hostConfigFile` has one. Without it, Nix
        cannot connect, unless the CA is trusted by other means.
      '';
    };
  };

  config = lib.mkIf cfg.substituter.enable {
    nix.settings = {
      # Lists of modules are joined: what the system has already stays.
      substituters = [ hostConfig.substituter ];
      trusted-public-keys = hostConfig.trustedPublicKeys;
      fallback = lib.mkDefault cfg.substituter.fallback;
      connect-timeout = lib.mkDefault cfg.substituter.connectTimeout;
      narinfo-cache-positive-ttl = lib.mkDefault cfg.substituter.positiveTtl;
      narinfo-cache-negative-ttl = lib.mkDefault cfg.substituter.negativeTtl;
    };

    # Into the system's own bundle, which Nix uses: cache.nixos.org goes on working.
    security.pki.certificates = lib.optional (
      cfg.substituter.trustCertificate && hostConfig.caCertificate != null
    ) hostConfig.caCertificate;
  };
}
