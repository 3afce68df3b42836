import type { HostConfig } from "../hostConfig.ts";

/** A number of days in words. */
export function days(count: number): string {
    return count === 1 ? "1 day" : `${count} days`;
}

/** How long a pushed path stays. */
export function expiryWords({ expireDays, narGraceDays }: HostConfig): string {
    if (expireDays === 0) return "For good: nothing expires.";
    const grace =
        narGraceDays === 0
            ? ""
            : ` Its contents stay ${days(narGraceDays)} longer, for machines that have just asked for it.`;
    return `${days(expireDays)} after its first push.${grace} Then a machine builds it again, or takes it from another cache.`;
}

/** When Nix asks this cache. */
export function priorityWords(priority: number): string {
    const order = priority === 40 ? "together with" : priority < 40 ? "before" : "after";
    return `${priority}: asked ${order} cache.nixos.org, which has 40.`;
}
