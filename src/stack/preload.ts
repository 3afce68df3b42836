/**
 * What Pulumi's language host loads before its SDK (`nodeargs` in Pulumi.yaml),
 * so that compiled code is kept of the SDK too, and of the SDK no more is loaded than is called.
 */
import { keepCompiled } from "../system/compileCache.ts";
import { keepSdkLight } from "./lightSdk.ts";

keepCompiled();
keepSdkLight();
