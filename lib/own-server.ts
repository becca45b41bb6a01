import "server-only";

const held = globalThis as typeof globalThis & { __hasOwnServer?: boolean };

/** Said by our own server before it starts Next inside its process. */
export function markOwnServer(): void {
  held.__hasOwnServer = true;
}

/** True when our own server runs this process, and Next only draws pages in it. */
export function hasOwnServer(): boolean {
  return held.__hasOwnServer === true;
}
