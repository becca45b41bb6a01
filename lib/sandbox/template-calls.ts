import { randomBytes } from "node:crypto";
import { codeTexts } from "@/lib/whatsapp/code-texts";
import { type TemplateDraft, templateFindings } from "@/lib/whatsapp/template-draft-rules";
import { type Finding, subcodeOf } from "@/lib/whatsapp/template-findings";
import { templatesOf } from "./account-nodes";
import { ok, refuse, type SandboxAnswer } from "./answers";
import { type Refusal, refusal, unknownObject } from "./meta-error";
import type { Awaitable, DueWebhook, OwnTemplate, SandboxAccount, SandboxStore } from "./store";
import { isJson } from "./template-check";
import type { SandboxTemplate, SandboxTemplateComponent } from "./templates";

type Store = Pick<SandboxStore, "ownTemplates" | "saveTemplate">;
type Call = { store: Store; account: SandboxAccount; nowMs: number; speed: number };

const NAME_LOCK_MS = 30 * 24 * 60 * 60 * 1000;
const REVIEW_MS = 2_000;

export async function allTemplates({ store, account, nowMs }: Omit<Call, "speed">): Promise<readonly SandboxTemplate[]> {
  const own: Awaitable<readonly OwnTemplate[]> = store.ownTemplates(account);
  return templatesOf(account, await own, nowMs);
}

/** `POST /{WABA}/message_templates` */
export async function createTemplate(call: Call, body: unknown): Promise<SandboxAnswer> {
  if (!isJson(body)) return refuse(refusal(100, "The request body is not valid JSON."));
  const own = await call.store.ownTemplates(call.account);
  const [finding] = templateFindings(body);
  if (finding) return refuse(refusalOf(finding));
  const { name, language } = body;
  const isSame = (t: SandboxTemplate) => t.name === name && t.language === language;
  if (templatesOf(call.account, own, call.nowMs).some(isSame)) {
    return refuse(said(2388024, "Content in this language already exists", "There is a template of this name in this language."));
  }
  const isLocked = ({ template, deletedAt }: OwnTemplate) =>
    isSame(template) && deletedAt !== null && call.nowMs - deletedAt < NAME_LOCK_MS && template.status === "APPROVED";
  if (own.some(isLocked)) {
    return refuse(
      said(
        2388023,
        "The language of this template is being deleted",
        "New content cannot be added for 30 days. Choose another name.",
      ),
    );
  }
  const id = String(randomBytes(6).readUIntBE(0, 6) + 1_000_000_000_000_000);
  const template = await review(call, { ...body, id });
  return ok({ id, status: "PENDING", category: template.category });
}

/** `POST /{template id}` */
export async function editTemplate(call: Call, template: SandboxTemplate, body: unknown): Promise<SandboxAnswer> {
  if (!isJson(body)) return refuse(refusal(100, "The request body is not valid JSON."));
  if (!["APPROVED", "REJECTED", "PAUSED"].includes(template.status)) {
    return refuse(said(2388039, "This template cannot be edited now", `Its status is ${template.status}.`));
  }
  const category = body.category ?? template.category;
  if (template.status === "APPROVED" && category !== template.category) {
    return refuse(said(2388039, "The category cannot be edited", "The category of an approved template cannot be changed."));
  }
  const { name, language, parameter_format, id } = template;
  const changed = { name, language, parameter_format, category, components: body.components ?? template.components, id };
  const [finding] = templateFindings({ ...changed, message_send_ttl_seconds: body.message_send_ttl_seconds });
  if (finding) return refuse(refusalOf(finding));
  await review(call, changed);
  return ok({ success: true });
}

/** `DELETE /{WABA}/message_templates` */
export async function deleteTemplates(call: Call, url: URL): Promise<SandboxAnswer> {
  const name = url.searchParams.get("name");
  const only = url.searchParams.get("hsm_id");
  if (!name) return refuse(refusal(100, "The parameter name is required."));
  const all = await allTemplates(call);
  const found = all.filter((t) => t.name === name && (only === null || t.id === only));
  if (found.length === 0) return refuse(said(2593002, "Message template not found", "There is no template of this name."));
  if (found.some((t) => t.status === "DISABLED")) return refuse(refusal(100, "A disabled template cannot be deleted."));
  const own = new Map((await call.store.ownTemplates(call.account)).map((one) => [one.template.id, one]));
  for (const template of found) {
    const before = own.get(template.id) ?? { template, reviewedAt: call.nowMs };
    await call.store.saveTemplate(call.account, { ...before, deletedAt: call.nowMs }, null);
  }
  return ok({ success: true });
}

/** `POST /{app}/uploads` and `POST /upload:…`: the two steps that lead to a header's sample. */
export function uploadSession(url: URL, method: string): SandboxAnswer {
  if (method !== "POST") return refuse(unknownObject("uploads", method));
  const [type, length] = [url.searchParams.get("file_type"), Number(url.searchParams.get("file_length"))];
  if (!type || !/^(image\/(jpe?g|png)|application\/pdf|video\/mp4)$/.test(type)) {
    return refuse(refusal(100, "Param file_type must be one of {application/pdf, image/jpeg, image/jpg, image/png, video/mp4}."));
  }
  if (!(length > 0)) return refuse(refusal(100, "The parameter file_length is required."));
  const session = Buffer.from(JSON.stringify({ type, length })).toString("base64url");
  return ok({ id: `upload:${session}` });
}

export function uploadBytes(id: string, headers: Record<string, string | undefined>, bytes: Uint8Array): SandboxAnswer {
  const session = readSession(id);
  if (!session) return refuse(unknownObject(id, "POST"));
  if (!/^OAuth /i.test(headers.authorization ?? "")) return refuse(refusal(100, "The upload is authorized with OAuth."));
  if (headers.file_offset !== "0") return refuse(refusal(100, "The header file_offset is required."));
  if (bytes.length !== session.length) {
    return refuse(refusal(100, `The file has ${bytes.length} bytes; ${session.length} were promised.`));
  }
  return ok({ h: `4::${Buffer.from(session.type).toString("base64")}:ARa${randomBytes(24).toString("base64url")}` });
}

function readSession(id: string): { type: string; length: number } | undefined {
  try {
    const session: unknown = JSON.parse(Buffer.from(id.replace(/^upload:/, ""), "base64url").toString());
    if (!isJson(session) || typeof session.type !== "string" || typeof session.length !== "number") return undefined;
    return { type: session.type, length: session.length };
  } catch {
    return undefined;
  }
}

/** Keeps a template as its review will leave it; the review ends after a moment, and a webhook tells. */
async function review(call: Call, given: TemplateDraft & { id: string }): Promise<SandboxTemplate> {
  const { account, nowMs, speed } = call;
  const { templateReview, templateCategory } = account.settings;
  const asked = String(given.category).toUpperCase() as SandboxTemplate["category"];
  const category = templateCategory === "marketing" && asked === "UTILITY" ? "MARKETING" : asked;
  const status = { approve: "APPROVED", reject: "REJECTED", wait: "PENDING" } as const;
  const template: SandboxTemplate = {
    id: given.id,
    name: String(given.name),
    language: String(given.language),
    category,
    ...(category !== asked && { previous_category: asked }),
    status: status[templateReview],
    parameter_format: String(given.parameter_format).toUpperCase() === "NAMED" ? "NAMED" : "POSITIONAL",
    components: readBack(given),
    quality_score: { score: "UNKNOWN", date: Math.floor(nowMs / 1000) },
    rejected_reason: templateReview === "reject" ? "INVALID_FORMAT" : "NONE",
    ...(typeof given.message_send_ttl_seconds === "number" && { message_send_ttl_seconds: given.message_send_ttl_seconds }),
  };
  const reviewedAt = nowMs + REVIEW_MS * speed;
  const tells = templateReview !== "wait" && account.subscribed && account.settings.webhooks === "on";
  await call.store.saveTemplate(account, { template, reviewedAt, deletedAt: null }, tells ? told(template, reviewedAt) : null);
  return template;
}

function told(template: SandboxTemplate, dueAt: number): DueWebhook {
  return {
    step: "template",
    messageId: null,
    dueAt,
    part: {
      field: "message_template_status_update",
      template: {
        event: template.status,
        message_template_id: Number(template.id),
        message_template_name: template.name,
        message_template_language: template.language,
        message_template_category: template.category,
        reason: template.rejected_reason,
      },
    },
  };
}

/** The components as Meta gives them back: of an authentication template with its own words, and the button as an address. */
function readBack(given: TemplateDraft): SandboxTemplateComponent[] {
  // Gone through by `templateFindings` right before, which is stricter than these types.
  const components = given.components as SandboxTemplateComponent[];
  const words = codeTexts(String(given.language));
  return components.map((component): SandboxTemplateComponent => {
    const type = component.type.toUpperCase() as SandboxTemplateComponent["type"];
    const same = { ...component, type } as SandboxTemplateComponent;
    if (String(given.category).toUpperCase() !== "AUTHENTICATION") return same;
    if (same.type === "BODY") {
      const text = words.body + (same.add_security_recommendation ? words.advice : "");
      return { ...same, text, example: { body_text: [["123456"]] } };
    }
    if (same.type === "FOOTER") return { ...same, text: words.footer(same.code_expiration_minutes ?? 0) };
    if (same.type !== "BUTTONS") return same;
    const [button] = same.buttons;
    const url = "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp";
    return {
      type: "BUTTONS",
      buttons: [{ type: "URL", text: button?.text ?? words.button, url: `${url}{{1}}`, example: [`${url}123456`] }],
    };
  });
}

function refusalOf({ path, rule, message }: Finding): Refusal {
  return said(subcodeOf(rule) ?? 2388040, `Invalid ${path}`, `${path}: ${message}`);
}

function said(subcode: number, title: string, message: string): Refusal {
  return { ...refusal(100, message), subcode, user: { title, message } };
}
