import { notFound, redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { cache } from "react";
import { ContactDetail } from "@/components/contacts/contact-detail";
import { pageCtx } from "@/lib/auth/session";
import { getContact } from "@/lib/contacts/contacts";
import { AppError } from "@/lib/errors";
import { formatPhone } from "@/lib/phone";

type PageProps = { params: Promise<{ id: string }> };

/** Read once for the page and its title. */
const readContact = cache(async (id: string) => {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  return getContact(ctx, id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") notFound();
    throw error;
  });
});

export async function generateMetadata({ params }: PageProps) {
  const t = await getTranslations("contacts");
  const { name, phoneNumber } = await readContact((await params).id);
  return { title: name ?? (phoneNumber ? formatPhone(phoneNumber) : t("nameless")) };
}

export default async function ContactPage({ params }: PageProps) {
  return <ContactDetail contact={await readContact((await params).id)} />;
}
