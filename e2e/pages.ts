import { expect, type Page } from "@playwright/test";
import { askApi, type Demo } from "./demo";

export type ShownPage = {
  /** Names the screenshot. */
  name: string;
  /** The file under app/ that draws it. */
  file: string;
  path: string;
  signedIn: boolean;
};

type Rows = { data: { id: string; name?: string; language?: string; status?: string; phoneNumber?: string | null }[] };

/** Every page of the console, with the demo organization's things where a page shows one thing. */
export async function allPages(demo: Demo): Promise<ShownPage[]> {
  const [conversations, messages, templates, contacts] = await Promise.all([
    askApi<Rows>(demo, "/crm/conversations?limit=1"),
    askApi<Rows>(demo, "/crm/whatsapp/messages?status=read&limit=1"),
    askApi<Rows>(demo, "/crm/whatsapp/templates?limit=100"),
    askApi<Rows>(demo, "/crm/contacts?limit=100"),
  ]);
  const conversation = conversations.data[0]?.id;
  const message = messages.data[0]?.id;
  const template = templates.data.find(({ name }) => name === "appointment_reminder")?.id;
  const contact = contacts.data.find(({ name }) => name === "Fatma Öztürk")?.id ?? contacts.data[0]?.id;
  const preferences = await askApi<{ url: string }>(demo, `/crm/contacts/${contact}/preference-link`);
  const inside = (name: string, file: string, path: string): ShownPage => ({ name, file, path, signedIn: true });
  const outside = (name: string, file: string, path: string): ShownPage => ({ name, file, path, signedIn: false });
  return [
    outside("sign-in", "(auth)/login/page.tsx", "/login"),
    outside("setup", "(auth)/setup/page.tsx", "/setup?token=used"),
    outside("one-time-link", "(auth)/link/page.tsx", "/link?token=used"),
    // Whoever is not asked for a second factor is led on.
    outside("second-factor", "(auth)/second-factor/page.tsx", "/second-factor"),
    outside("preferences", "preferences/[token]/page.tsx", new URL(preferences.url).pathname),
    inside("overview", "(console)/page.tsx", "/"),
    inside("inbox", "(console)/conversations/page.tsx", "/conversations"),
    inside("conversation", "(console)/conversations/[id]/page.tsx", `/conversations/${conversation}`),
    inside("messages", "(console)/messages/page.tsx", "/messages"),
    inside("message", "(console)/messages/[id]/page.tsx", `/messages/${message}`),
    inside("compose", "(console)/compose/page.tsx", "/compose?to=%2B905551234567&template=order_confirmation"),
    inside("templates", "(console)/templates/page.tsx", "/templates"),
    inside("template", "(console)/templates/[id]/page.tsx", `/templates/${template}`),
    inside("template-new", "(console)/templates/new/page.tsx", "/templates/new"),
    inside("template-edit", "(console)/templates/[id]/edit/page.tsx", `/templates/${template}/edit`),
    inside("contacts", "(console)/contacts/page.tsx", "/contacts"),
    inside("contact", "(console)/contacts/[id]/page.tsx", `/contacts/${contact}`),
    inside("integrations", "(console)/integrations/page.tsx", "/integrations"),
    inside("integration", "(console)/integrations/[id]/page.tsx", `/integrations/${demo.integrationId}`),
    inside("integration-edit", "(console)/integrations/[id]/edit/page.tsx", `/integrations/${demo.integrationId}/edit`),
    inside("integration-new", "(console)/integrations/new/page.tsx", "/integrations/new"),
    inside("sandbox", "(console)/sandbox/page.tsx", "/sandbox"),
    inside("settings-organization", "(console)/settings/page.tsx", "/settings"),
    inside("settings-hours", "(console)/settings/hours/page.tsx", "/settings/hours"),
    inside("settings-consent", "(console)/settings/consent/page.tsx", "/settings/consent"),
    inside("settings-inbox", "(console)/settings/inbox/page.tsx", "/settings/inbox"),
    inside("settings-members", "(console)/settings/members/page.tsx", "/settings/members"),
    inside("settings-tokens", "(console)/settings/tokens/page.tsx", "/settings/tokens"),
    inside("settings-audit", "(console)/settings/audit/page.tsx", "/settings/audit"),
    inside("settings-account", "(console)/settings/account/page.tsx", "/settings/account"),
  ];
}

/** Signs in as the demo's owner, as the form does; the session's cookie is then in the browser. */
export async function signIn(page: Page, { url, email, password }: Demo): Promise<void> {
  const { csrfToken } = await (await page.request.get(`${url}/api/auth/csrf`)).json();
  const answer = await page.request.post(`${url}/api/auth/callback/credentials`, {
    form: { email, password, csrfToken, json: "true" },
    headers: { origin: url },
  });
  if (!answer.ok() || /error=/.test((await answer.json()).url)) throw new Error(`Not signed in: ${await answer.text()}`);
}

/** Opens a page and waits until what it loads is there. */
export async function openPage(page: Page, { path }: ShownPage): Promise<void> {
  await page.goto(path);
  await page.locator("h1").first().waitFor();
  await expect(page.locator(".animate-shimmer, .animate-spin")).toHaveCount(0);
}
