import type { Template } from "@/lib/templates/schema";

/** The languages of one template of an account. */
export type TemplateGroup = { id: string; first: Template; templates: Template[] };

/** Templates of the same name and account together, in the order in which each first appears; what may be sent leads its group. */
export function groupByName(templates: readonly Template[]): TemplateGroup[] {
  const groups = new Map<string, Template[]>();
  for (const template of templates) {
    const id = `${template.businessAccountId} ${template.name}`;
    groups.set(id, [...(groups.get(id) ?? []), template]);
  }
  return [...groups].flatMap(([id, all]) => {
    const [first] = [...all].sort((a, b) => Number(b.status === "APPROVED") - Number(a.status === "APPROVED"));
    return first ? [{ id, first, templates: all.sort((a, b) => a.language.localeCompare(b.language)) }] : [];
  });
}

export function bodyOf(template: Pick<Template, "components">): string {
  return template.components.find((component) => component.type.toUpperCase() === "BODY")?.text ?? "";
}
