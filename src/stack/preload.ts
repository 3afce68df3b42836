/**
 * What Pulumi's language host loads before its SDK (`nodeargs` in Pulumi.yaml),
 * so that compiled code is kept of the SDK too.
 */
import { keepCompiled } from "../system/compileCache.ts";

keepCompiled();
