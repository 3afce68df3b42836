# A NixOS with every role, evaluated as a whole: its units and its nix.conf are made, nothing is started.
{
  pkgs,
  nixpkgs,
  self,
}:

let
  system = nixpkgs.lib.nixosSystem {
    modules = [
      self.nixosModules.default
      ./example.nix
      {
        nixpkgs.hostPlatform = pkgs.stdenv.hostPlatform.system;
        boot.loader.grub.enable = false;
        fileSystems."/".device = "/dev/disk/by-label/nixos";
        system.stateVersion = nixpkgs.lib.trivial.release;
      }
    ];
  };
in
pkgs.runCommand "nix-cache-modules" { } ''
  mkdir $out
  cp ${system.config.environment.etc."nix/nix.conf".source} $out/nix.conf
  cp ${system.config.systemd.units."nix-cache-push.service".unit}/nix-cache-push.service $out/
''
