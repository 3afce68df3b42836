# What a timer runs as one of the cache's users: the timer, and the beginning of its service.
{ lib, pkgs }:

{
  # hostConfig: what the stack tells hosts. profile: the user's name in the credentials file.
  service =
    {
      description,
      hostConfig,
      profile,
    }:
    {
      inherit description;
      after = [ "network-online.target" ];
      wants = [ "network-online.target" ];
      environment = {
        NIX_CACHE_HOST_CONFIG_FILE = toString (
          pkgs.writeText "nix-cache.json" (builtins.toJSON hostConfig)
        );
        # systemd gives the service a copy that only it can read; the file itself stays root's.
        AWS_SHARED_CREDENTIALS_FILE = "%d/credentials";
        NIX_CACHE_PROFILE = profile;
      };
    };

  timer = description: interval: {
    inherit description;
    wantedBy = [ "timers.target" ];
    timerConfig = {
      OnCalendar = interval;
      # What was due while the machine was off is made up for.
      Persistent = true;
      RandomizedDelaySec = lib.mkDefault "1h";
    };
  };
}
