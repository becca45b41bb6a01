import { TemplateDetail } from "@/components/templates/template-detail";
import { readTemplate } from "../read";

type PageProps = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: PageProps) {
  const { name } = await readTemplate((await params).id);
  return { title: name };
}

export default async function TemplatePage({ params }: PageProps) {
  const template = await readTemplate((await params).id);
  return <TemplateDetail key={template.id} template={template} />;
}
