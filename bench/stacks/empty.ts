import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";

/** A Pulumi program without a resource, as a process of its own: `node empty.ts up|preview FOLDER`. What Pulumi itself takes. */
const [operation, workDir = ""] = process.argv.slice(2);
const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: "empty", projectName: "empty", program: () => Promise.resolve() },
    { workDir },
);
if (operation === "up") await stack.up();
else await stack.preview();
process.exit(0);
