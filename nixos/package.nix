# The program `nix-cache` for builders: enqueue, push, queue and repair, without Pulumi.
# Node.js runs its sources as they are, so there is nothing to build.
{
  lib,
  fetchFromGitHub,
  makeWrapper,
  nodejs,
  nodejs_24 ? nodejs,
  stdenvNoCC,
}:

let
  # The library that these commands use, in the version of package-lock.json.
  libraries = {
    tweetnacl = fetchFromGitHub {
      owner = "dchest";
      repo = "tweetnacl-js";
      # 1.0.3
      rev = "5bf1ff5fa15e89ae249401b0d5aa54c5c5955041";
      hash = "sha256-60RN+vLLCfkxejd9Wl6Y09gWqpItgoOpxqpaj02kmw8=";
    };
  };
in
stdenvNoCC.mkDerivation {
  pname = "nix-cache";
  inherit (lib.importJSON ../package.json) version;

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../package.json
      ../nixos/postBuildHook.sh
      ../src/cache
      ../src/cli
      ../src/commands
      ../src/content
      ../src/doctor
      ../src/hosts
      ../src/mend
      ../src/push
      ../src/report
      ../src/s3
      ../src/store
      ../src/system
    ];
  };

  nativeBuildInputs = [ makeWrapper ];
  dontConfigure = true;
  dontBuild = true;

  installPhase = ''
    runHook preInstall
    mkdir -p $out/lib/nix-cache/node_modules
    cp -r . $out/lib/nix-cache/
    ${lib.concatLines (
      lib.mapAttrsToList (name: source: "cp -r ${source} $out/lib/nix-cache/node_modules/${name}") libraries
    )}
    makeWrapper ${lib.getExe nodejs_24} $out/bin/nix-cache --add-flags $out/lib/nix-cache/src/cli/main.ts
    runHook postInstall
  '';

  doInstallCheck = true;
  installCheckPhase = ''
    runHook preInstallCheck
    NIX_CACHE_QUEUE=$TMPDIR/queue $out/bin/nix-cache queue --json
    runHook postInstallCheck
  '';

  passthru = { inherit libraries; };

  meta = {
    description = "Signs and pushes store paths to a Nix binary cache on MinIO, by a queue that survives everything";
    license = lib.licenses.mit;
    mainProgram = "nix-cache";
    platforms = nodejs_24.meta.platforms;
  };
}
