import "server-only";

/** What may be waiting: messages of an integration, webhook bodies, files to fetch, or the sandbox's own webhooks. With `at`, not before then. */
export type Wake = (
  | { kind: "messages"; integrationId: string; organizationId: string }
  | { kind: "webhooks" }
  | { kind: "media" }
  | { kind: "sandbox" }
) & { at?: Date };
type Waker = (wake: Wake) => void;

const held = globalThis as typeof globalThis & { __waker?: Waker };

/** The engine that is in charge says how it is woken. */
export function setWaker(waker: Waker | undefined): void {
  held.__waker = waker;
}

/** Tells the engine, after the commit, that there is work. A lost wake only delays: the sweep finds every committed row. */
export function wake(what: Wake): void {
  held.__waker?.(what);
}
