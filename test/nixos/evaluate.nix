# Evaluates a whole NixOS with the modules, as `nixosSystem` does, and gives what the tests look at.
{
  nixpkgs,
  # The project's folder, and settings below `services.nix-cache` as JSON: no text of the test becomes code.
  project,
  settings,
  extra ? "{ }",
}:

let
  lib = import "${nixpkgs}/lib";
  flake = (import "${project}/flake.nix").outputs {
    self = flake;
    # What the flake of nixpkgs gives of this, without asking for a flake.lock.
    nixpkgs = {
      lib = lib // {
        nixosSystem = args: import "${nixpkgs}/nixos/lib/eval-config.nix" ({ system = null; } // args);
      };
      legacyPackages.x86_64-linux = import nixpkgs {
        system = "x86_64-linux";
        # Older releases do not have it.
        overlays = [ (_: pkgs: lib.optionalAttrs (!pkgs ? nodejs_24) { nodejs_24 = pkgs.nodejs; }) ];
      };
    };
  };
  given = builtins.fromJSON settings;
  inherit
    (import "${nixpkgs}/nixos/lib/eval-config.nix" {
      system = "x86_64-linux";
      modules = [
        flake.nixosModules.default
        (builtins.fromJSON extra)
        {
          services.nix-cache = given;
          boot.loader.grub.enable = false;
          fileSystems."/".device = "/dev/disk/by-label/nixos";
          system.stateVersion = "24.05";
        }
      ];
    })
    config
    options
    ;
  text = unit: if config.systemd.units ? ${unit} then config.systemd.units.${unit}.text else null;
  # Options that are gone are there still, to say so.
  all = lib.filter (option: option.visible) (lib.optionAttrSetToDocList options.services.nix-cache);
  undocumented = lib.filter (
    option:
    !(option ? type && option ? description && option ? example)
    || (option.description.text or option.description or "") == ""
  ) all;
in
{
  assertions = map (one: one.message) (lib.filter (one: !one.assertion) config.assertions);
  nixConf = config.environment.etc."nix/nix.conf".source.text;
  hook =
    let
      script = config.nix.settings.post-build-hook or null;
    in
    if script == null then null else toString script;
  certificates = config.security.pki.certificates;
  tmpfiles = config.systemd.tmpfiles.rules;
  units = lib.genAttrs [
    "nix-cache-push.service"
    "nix-cache-pin.service"
    "nix-cache-pin.timer"
    "nix-cache-pin.path"
    "nix-cache-renew.service"
    "nix-cache-renew.timer"
    "nix-cache-watch.service"
    "nix-cache-drift.service"
    "nix-cache-drift.timer"
    "nix-cache-doctor.service"
    "nix-cache-report.service"
    "nix-cache-report.timer"
    "nix-cache-queue-metrics.service"
    "nix-daemon.service"
  ] text;
  package = toString flake.packages.x86_64-linux.default;
  source = toString flake.packages.x86_64-linux.default.src;
  options = map (option: option.name) all;
  modules = lib.attrNames flake.nixosModules;
  shell = flake.devShells.x86_64-linux.default.drvPath;
  checks = lib.mapAttrs (_: check: check.drvPath) flake.checks.x86_64-linux;
  undocumented = map (option: option.name) undocumented;
  required = map (option: option.name) (lib.filter (option: !option ? default) all);
}
