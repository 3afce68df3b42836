# What the services that fill and work the queue have in common: a user, a queue, and the builds before them.
{ lib }:

rec {
  user = "nix-cache-push";
  queue = "/var/lib/${user}";

  environment = {
    HOME = "/var/cache/${user}";
    NIX_CACHE_QUEUE = queue;
  };

  serviceConfig = {
    Restart = "always";
    RestartSec = lib.mkDefault 5;
    # What it ends with on SIGTERM.
    SuccessExitStatus = 143;
    User = user;
    Group = user;
    StateDirectory = "${user}/state";
    StateDirectoryMode = "0755";
    ReadWritePaths = [ queue ];
    CacheDirectory = user;
    # Builds come first.
    Nice = lib.mkDefault 10;
    IOSchedulingClass = lib.mkDefault "idle";
  }
  // import ./hardening.nix;
}
