import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { ContactsTable } from "@/components/contacts/contacts-table";
import { pageCtx } from "@/lib/auth/session";
import { listContacts } from "@/lib/contacts/list";
import { ListContacts } from "@/lib/contacts/schema";
import { ROWS_AT_ONCE } from "@/lib/http/client";

export async function generateMetadata() {
  const t = await getTranslations("contacts");
  return { title: t("title") };
}

type PageProps = { searchParams: Promise<{ q?: string; consent?: string }> };

export default async function ContactsPage({ searchParams }: PageProps) {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  const { q, consent } = await searchParams;
  const query = ListContacts.safeParse({ search: q || undefined, consent: consent || undefined, limit: ROWS_AT_ONCE });
  return <ContactsTable firstPage={query.success ? await listContacts(ctx, query.data) : undefined} />;
}
