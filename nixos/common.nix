# What every role needs: the file that says which cache there is, and where metrics go.
{ config, lib, ... }:

let
  cfg = config.services.nix-cache;
  option = "services.nix-cache.hostConfigFile";
  made = "pulumi stack output hostConfig --json > nix-cache.json";

  # Errors in words: what JSON or a missing attribute would say names neither the option nor the cure.
  read =
    file:
    if !builtins.pathExists file then
      throw "${option}: there is no file ${toString file}. Make it with: ${made} (in a flake, git must know it: git add)"
    else
      let
        text = builtins.readFile file;
        given =
          if builtins.match "[[:space:]]*[{].*" text == null then
            throw "${option}: ${toString file} holds no JSON object. Make it with: ${made}"
          else
            builtins.fromJSON text;
      in
      if given.version or null != 1 then
        throw "${option}: ${toString file} has the format version ${
          builtins.toJSON (given.version or null)
        }, and this module reads version 1. Make it with: ${made}, with the same release of the stack as of this module"
      else
        given;
in
{
  options.services.nix-cache = {
    hostConfigFile = lib.mkOption {
      type = lib.types.path;
      example = lib.literalExpression "./nix-cache.json";
      description = ''
        File with the stack's output `hostConfig` as JSON: which cache there is,
        its public keys, and its private CA if it has one. Written by
        `${made}`. It holds no secret, so it may lie in a repository and in the
        Nix store.
      '';
    };

    hostConfig = lib.mkOption {
      type = lib.types.attrsOf lib.types.anything;
      readOnly = true;
      internal = true;
      default = read cfg.hostConfigFile;
      defaultText = lib.literalMD "what {option}`${option}` holds";
      example = {
        version = 1;
      };
      description = "What {option}`${option}` holds.";
    };

    metricsDir = lib.mkOption {
      # It stands in a rule of tmpfiles, which splits at blanks and knows `%`.
      type = lib.types.nullOr (lib.types.strMatching "(/[A-Za-z0-9._+@:-]+)+/?");
      default = null;
      example = "/var/lib/prometheus-node-exporter-text-files";
      description = ''
        Folder of the textfile collector of Prometheus's node exporter, into
        which the state of the queue and the results of the checks are written
        as `nix-cache-*.prom`, by the rights of the user whose folder it is.
        Made when it is missing, as root's. Where it is root's, it must be the
        folder itself and not a link. `null`: no metrics.
      '';
    };
  };

  config = lib.mkIf (cfg.metricsDir != null) {
    # Made, and left alone where it is there: whoever runs the collector owns it.
    systemd.tmpfiles.rules = [ "d ${cfg.metricsDir} 0755 - - -" ];
  };
}
