import type { Language } from "./languages";

/** One line for each namespace: its name is its file's name in `en/` and in `tr/`. */
export type Messages = {
  auth: typeof import("./en/auth.json");
  common: typeof import("./en/common.json");
  compose: typeof import("./en/compose.json");
  contacts: typeof import("./en/contacts.json");
  conversations: typeof import("./en/conversations.json");
  errors: typeof import("./en/errors.json");
  fields: typeof import("./en/fields.json");
  integrations: typeof import("./en/integrations.json");
  messages: typeof import("./en/messages.json");
  overview: typeof import("./en/overview.json");
  preferences: typeof import("./en/preferences.json");
  sandbox: typeof import("./en/sandbox.json");
  settings: typeof import("./en/settings.json");
  setup: typeof import("./en/setup.json");
  shared: typeof import("./en/shared.json");
  shell: typeof import("./en/shell.json");
  status: typeof import("./en/status.json");
  templates: typeof import("./en/templates.json");
  /** Only on the builder's own page. */
  builder: typeof import("./en/builder.json");
};

/** The same names once more as values; the type makes a forgotten one an error. */
const NAMESPACES: Record<Exclude<keyof Messages, "builder">, true> = {
  auth: true,
  common: true,
  compose: true,
  contacts: true,
  conversations: true,
  errors: true,
  fields: true,
  integrations: true,
  messages: true,
  overview: true,
  preferences: true,
  sandbox: true,
  settings: true,
  setup: true,
  shared: true,
  shell: true,
  status: true,
  templates: true,
};

export const namespaces = Object.keys(NAMESPACES) as (keyof typeof NAMESPACES)[];

/** Files that one page gives to its own parts: too much to go with every page. */
export const pageFiles = ["builder"] as const;

/** Files that are read by import: by the server (lib/messages/failure.ts, lib/whatsapp/explain-code.ts), and by a browser that shows a failure (components/messages/failure-text.ts). */
export const serverFiles = ["failures", "meta-errors"] as const;

/** Every text of one language, by namespace. */
export async function loadMessages(language: Language): Promise<Omit<Messages, "builder">> {
  const files = await Promise.all(
    namespaces.map(async (namespace) => [namespace, (await import(`./${language}/${namespace}.json`)).default]),
  );
  return Object.fromEntries(files);
}

/** The texts of one page alone. */
export async function loadPageMessages<N extends (typeof pageFiles)[number]>(language: Language, name: N): Promise<Messages[N]> {
  return (await import(`./${language}/${name}.json`)).default;
}

declare module "next-intl" {
  interface AppConfig {
    Locale: Language;
    Messages: Messages;
  }
}
