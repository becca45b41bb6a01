import { describe, expect, it } from "vitest";
import { SANDBOX_TEMPLATES } from "./templates";

const variables = (text: string) => new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]));

describe.each(SANDBOX_TEMPLATES)("$name in $language", (template) => {
  const body = template.components.find((c) => c.type === "BODY");
  const text = body?.type === "BODY" ? body.text : "";

  it("keeps Meta's limits", () => {
    expect(text.length).toBeLessThanOrEqual(1024);
    for (const component of template.components) {
      if (component.type === "HEADER" && component.format === "TEXT") expect(component.text.length).toBeLessThanOrEqual(60);
      if (component.type === "FOOTER") expect(component.text.length).toBeLessThanOrEqual(60);
      if (component.type === "BUTTONS")
        for (const button of component.buttons) expect(button.text?.length ?? 0).toBeLessThanOrEqual(25);
    }
    expect(text).not.toMatch(/\{\{\w+\}\}$/);
    if (template.category !== "AUTHENTICATION") expect(text).not.toMatch(/^\{\{/);
  });

  it("gives an example for each variable of the body", () => {
    const example = body?.type === "BODY" ? body.example : undefined;
    const given =
      template.parameter_format === "NAMED"
        ? example?.body_text_named_params?.map((p) => p.param_name)
        : example?.body_text?.[0]?.map((_, i) => String(i + 1));
    expect(new Set(given ?? [])).toEqual(variables(text));
  });

  it("has the same variables in its other language", () => {
    const other = SANDBOX_TEMPLATES.find((t) => t.name === template.name && t.language !== template.language);
    const otherBody = other?.components.find((c) => c.type === "BODY");
    expect(variables(otherBody?.type === "BODY" ? otherBody.text : "")).toEqual(variables(text));
  });
});

it("has the guide's template with the guide's two names", () => {
  const [template] = SANDBOX_TEMPLATES.filter((t) => t.name === "order_confirmation" && t.status === "APPROVED");
  const body = template?.components.find((c) => c.type === "BODY");
  expect(variables(body?.type === "BODY" ? body.text : "")).toEqual(new Set(["orderNumber", "customerName"]));
});
