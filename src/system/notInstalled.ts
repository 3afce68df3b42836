/** Whether a part of the program is missing: the package for builders has neither Pulumi's commands nor their libraries. */
export function isNotInstalled(error: unknown): boolean {
    return error instanceof Error && (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
}
