import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Compose } from "@/components/compose/compose";
import { pageCtx } from "@/lib/auth/session";
import { getContact } from "@/lib/contacts/contacts";
import { PhoneInQuery } from "@/lib/contacts/schema";
import { AppError } from "@/lib/errors";

export async function generateMetadata() {
  const t = await getTranslations("compose");
  return { title: t("title") };
}

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ComposePage({ searchParams }: PageProps) {
  const asked = await searchParams;
  const word = (name: string) => [asked[name]].flat()[0] || undefined;
  const contactId = word("contact");
  const contact = contactId ? await readContact(contactId) : null;
  const to = contact?.phoneNumber ?? PhoneInQuery.safeParse(word("to") ?? "").data ?? "";
  const name = word("template");
  const mode = name || word("mode") === "template" ? "template" : "text";
  return (
    <Compose
      key={`${contactId} ${to} ${name} ${mode}`}
      to={to}
      person={contact?.phoneNumber ? null : contact}
      mode={mode}
      integrationId={word("from")}
      template={name ? { name, language: word("language") } : undefined}
    />
  );
}

/** Null for an address that names nobody: the page is of use without. */
async function readContact(id: string) {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  return getContact(ctx, id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  });
}
