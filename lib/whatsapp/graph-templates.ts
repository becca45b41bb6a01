import "server-only";
import { type GraphAccess, listPages, pathId } from "@/lib/whatsapp/graph-call";
import { TemplateEntry } from "@/lib/whatsapp/graph-shapes";
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
