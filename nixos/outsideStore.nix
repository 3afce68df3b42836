# Assertions for options that name files with secrets.
{ lib }:

# The option's full name, and its value: a text.
name: file:
[
  {
    assertion = lib.hasPrefix "/" file;
    message = "${name} is \"${file}\"; it must be an absolute path, for example /run/secrets/${lib.last (lib.splitString "." name)}.";
  }
  {
    # A text that came from a path in the configuration has been copied there already.
    assertion = !(lib.hasPrefix builtins.storeDir file);
    message = "${name} is ${file}, in the Nix store, which everyone can read. Give a path as a text (\"/run/secrets/…\") to a file that is made when the system runs, for example by sops-nix or agenix.";
  }
]
