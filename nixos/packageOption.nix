# The option that names the package with the program.
{ lib, pkgs }:

lib.mkOption {
  type = lib.types.package;
  default = pkgs.callPackage ./package.nix { };
  defaultText = lib.literalExpression "pkgs.callPackage ./package.nix { }";
  example = lib.literalExpression "inputs.nix-cache.packages.\${system}.default";
  description = "Package with the program `nix-cache`.";
}
