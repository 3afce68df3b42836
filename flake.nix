{
  description = "A self-hosted Nix binary cache on MinIO: the stack's tools, the push service and NixOS modules";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      forEach = make: lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      nixosModules = {
        substituter = ./nixos/substituter.nix;
        builder = ./nixos/builder.nix;
        checks = ./nixos/checks.nix;
        pinner = ./nixos/pinner.nix;
        default = ./nixos/default.nix;
      };

      packages = forEach (pkgs: {
        default = pkgs.callPackage ./nixos/package.nix { };
      });

      apps = forEach (pkgs: {
        default = {
          type = "app";
          program = lib.getExe self.packages.${pkgs.stdenv.hostPlatform.system}.default;
          meta.description = "nix-cache: enqueue, push and queue";
        };
      });

      # MinIO's server is not in it: nixpkgs marks it as insecure since its repository was archived,
      # and then refuses to evaluate. `npm start` builds it with Go, once.
      devShells = forEach (pkgs: {
        default = pkgs.mkShell {
          packages = [
            pkgs.nodejs_24
            pkgs.pulumi-bin
            pkgs.go
            pkgs.nix
          ]
          # The client may meet the same fate; then it is built too.
          ++ lib.optional (builtins.tryEval pkgs.minio-client.drvPath).success pkgs.minio-client;
        };
      });

      checks = forEach (
        pkgs:
        {
          package = self.packages.${pkgs.stdenv.hostPlatform.system}.default;
        }
        // lib.optionalAttrs pkgs.stdenv.hostPlatform.isLinux {
          modules = import ./nixos/check.nix { inherit pkgs nixpkgs self; };
        }
      );
    };
}
