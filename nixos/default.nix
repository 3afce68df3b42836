# Every role; each is off until its own `enable` is set.
{
  imports = [
    ./substituter.nix
    ./builder.nix
    ./pinner.nix
    ./checks.nix
  ];
}
