/** 32 characters of Nix base-32, a dash, and a name (Nix manual, "Store Path"). */
const STORE_NAME = /^[0-9a-df-np-sv-z]{32}-[A-Za-z0-9+\-._?=]{1,211}$/;

/** Whether this is what stands after `/nix/store/` in the path of a store object. */
export function isStoreName(text: string): boolean {
    return STORE_NAME.test(text);
}
