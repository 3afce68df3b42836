import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../../sandbox/paths.ts";
import { WRITTEN } from "./configuration.ts";

// `npm run -s configuration`: writes into Pulumi.yaml and the manual what the settings' tables say.
for (const [name, renew] of Object.entries(WRITTEN)) {
    const file = join(projectDir, name);
    writeFileSync(file, renew(readFileSync(file, "utf8")));
}
