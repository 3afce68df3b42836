import { printable } from "../cache/problem.ts";

// Paths of files in a store are strings of bytes here (latin1: a character is a byte), since a name need be no text.
// They sort as bytes do, and take a third of the memory of as many buffers.

/** A path of bytes as the file system takes it. */
export function onDisk(bytes: string): Buffer {
    return Buffer.from(bytes, "latin1");
}

/** A path of bytes in a message. */
export function shownPath(bytes: string): string {
    return printable(onDisk(bytes).toString("utf8"));
}
