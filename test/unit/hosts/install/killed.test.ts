import { endedAnywhere } from "./endedAnywhere.ts";
import { builderScript } from "./samples.ts";

describe("the script for Linux, ended after any of its lines", function () {
    this.timeout(600_000);
    endedAnywhere(() =>
        Promise.resolve({ old: builderScript("old-secret"), now: builderScript("new-secret") }),
    );
});
