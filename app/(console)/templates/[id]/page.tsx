import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { TemplateDetail } from "@/components/templates/template-detail";
import { pageCtx } from "@/lib/auth/session";
import { AppError } from "@/lib/errors";
import { getTemplate } from "@/lib/templates/templates";

type PageProps = { params: Promise<{ id: string }> };

/** Read once for the page and its title. */
const readTemplate = cache(async (id: string) => {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  return getTemplate(ctx, id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") notFound();
    throw error;
  });
});

export async function generateMetadata({ params }: PageProps) {
  const { name } = await readTemplate((await params).id);
  return { title: name };
}

export default async function TemplatePage({ params }: PageProps) {
  const template = await readTemplate((await params).id);
  return <TemplateDetail key={template.id} template={template} />;
}
