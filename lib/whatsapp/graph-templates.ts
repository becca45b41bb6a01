import "server-only";
import { call, type GraphAccess, listPages, pathId } from "@/lib/whatsapp/graph-call";
import { withoutGraph } from "@/lib/whatsapp/graph-error";
import { CreatedTemplate, EditedTemplate, SuccessAnswer, TemplateEntry } from "@/lib/whatsapp/graph-shapes";
import { TemplateComponent } from "@/lib/whatsapp/template-schema";

export type GraphTemplate = {
  id: string;
  name: string;
  language: string;
  category?: string;
  previousCategory?: string;
  correctCategory?: string;
  subCategory?: string;
  status?: string;
  components: TemplateComponent[];
  qualityScore?: string;
  rejectedReason?: string;
  parameterFormat: "POSITIONAL" | "NAMED";
  messageSendTtlSeconds?: number;
};

const TEMPLATE_FIELDS =
  "id,name,language,category,previous_category,correct_category,sub_category,status,components,quality_score,rejected_reason,parameter_format,message_send_ttl_seconds";
const TEMPLATE_CORE_FIELDS = "id,name,language,category,status,components,quality_score,rejected_reason,parameter_format";

/** All templates of an account, a page (an array) at a time. Entries without id, name and language are left out. */
export async function* listTemplates(
  access: GraphAccess,
  businessAccountId: string,
  { pageSize = 100 }: { pageSize?: number } = {},
): AsyncGenerator<GraphTemplate[]> {
  const path = `${pathId(businessAccountId)}/message_templates`;
  const pages = listPages(access, { path, fields: TEMPLATE_FIELDS, coreFields: TEMPLATE_CORE_FIELDS, pageSize });
  for await (const page of pages) yield page.flatMap(readTemplateEntry);
}

function readTemplateEntry(entry: unknown): GraphTemplate[] {
  const parsed = TemplateEntry.safeParse(entry);
  if (!parsed.success) return [];
  const t = parsed.data;
  return [
    {
      id: t.id,
      name: t.name,
      language: t.language,
      category: t.category,
      previousCategory: t.previous_category,
      correctCategory: t.correct_category,
      subCategory: t.sub_category,
      status: t.status,
      components: (t.components ?? []).flatMap((c) => {
        const component = TemplateComponent.safeParse(c);
        return component.success ? [component.data] : [];
      }),
      qualityScore: t.quality_score?.score,
      rejectedReason: t.rejected_reason,
      parameterFormat: t.parameter_format?.toUpperCase() === "NAMED" ? "NAMED" : "POSITIONAL",
      messageSendTtlSeconds: t.message_send_ttl_seconds,
    },
  ];
}

/** What `POST /{WABA}/message_templates` takes. */
export type NewGraphTemplate = {
  name: string;
  language: string;
  category: string;
  parameter_format: string;
  components: readonly TemplateComponent[];
  message_send_ttl_seconds?: number;
};

/** Gives a template to Meta. Both status and category are Meta's: it may have chosen another category. Throws `GraphError`. */
export async function createTemplate(
  access: GraphAccess,
  businessAccountId: string,
  template: NewGraphTemplate,
): Promise<{ id: string; status: string; category: string }> {
  const path = `${pathId(businessAccountId)}/message_templates`;
  const answer = await call(access, { method: "POST", path, body: template });
  const { id, status, category } = answer.parse(CreatedTemplate).data;
  return { id, status: (status ?? "PENDING").toUpperCase(), category: (category ?? template.category).toUpperCase() };
}

/** Changes a template at Meta, which reviews it again. Components are replaced as a whole. Throws `GraphError`. */
export async function editTemplate(
  access: GraphAccess,
  templateId: string,
  changes: Partial<Pick<NewGraphTemplate, "category" | "components" | "message_send_ttl_seconds">>,
): Promise<{ category?: string }> {
  const answer = await call(access, { method: "POST", path: pathId(templateId), body: changes });
  const { success, category } = answer.parse(EditedTemplate).data;
  if (success === false) throw withoutGraph(answer, "Meta did not confirm the change.");
  return category === undefined ? {} : { category: category.toUpperCase() };
}

/** Deletes one language of a template, or without `templateId` every language of the name. Throws `GraphError`. */
export async function deleteTemplates(
  access: GraphAccess,
  businessAccountId: string,
  { name, templateId }: { name: string; templateId?: string },
): Promise<void> {
  const path = `${pathId(businessAccountId)}/message_templates`;
  const query = { name, ...(templateId !== undefined && { hsm_id: pathId(templateId) }) };
  const answer = await call(access, { method: "DELETE", path, query });
  if (!answer.parse(SuccessAnswer).data.success) throw withoutGraph(answer, "Meta did not confirm the deletion.");
}
