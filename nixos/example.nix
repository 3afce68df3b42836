# Every role on one host. The file is what `pulumi stack output hostConfig --json` wrote for an example.
{
  services.nix-cache = {
    hostConfigFile = ./example.json;
    substituter.enable = true;
    builder = {
      enable = true;
      credentialsFile = "/run/secrets/nix-cache-credentials";
      signingKeyFile = "/run/secrets/nix-cache-signing-key";
    };
    checks = {
      drift.enable = true;
      doctor.enable = true;
      report.enable = true;
      projectDir = "/srv/nix-cache";
      environmentFile = "/run/secrets/nix-cache-pulumi.env";
    };
    metricsDir = "/var/lib/prometheus-node-exporter-text-files";
  };
}
