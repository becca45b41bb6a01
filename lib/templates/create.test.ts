import { Readable } from "node:stream";
import { eq, sql } from "drizzle-orm";
import { beforeAll, beforeEach, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { mediaFiles } from "@/db/schema/media";
import { auditEntries } from "@/db/schema/organizations";
import { templates } from "@/db/schema/templates";
import { useTestDatabase } from "@/db/testing";
import { eventually } from "@/inngest/testing";
import { type Ctx, openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { newId } from "@/lib/ids";
import { inChunks, putBytes } from "@/lib/media/store";
import { makeSender, type Sender } from "@/lib/messages/testing";
import { updateSandboxSettings } from "@/lib/sandbox/phone";
import type { UpdateSandboxSettings } from "@/lib/sandbox/schema";
import { updateTemplate } from "./change";
import { createTemplate, duplicateTemplate } from "./create";
import { removeTemplate } from "./remove";
import { CreateTemplate, UpdateTemplate } from "./schema";
import { syncTemplates } from "./sync";
import { getTemplate, listTemplates } from "./templates";

useTestDatabase();

const DAY_MS = 24 * 60 * 60 * 1000;
const BODY = {
  type: "BODY",
  text: "Your order {{1}} is on its way to you.",
  example: { body_text: [["ORD-1"]] },
};

let db: Db;
let org: Sender;
let ctx: Ctx;

beforeAll(async () => {
  process.env.SANDBOX_SPEED = "0";
  resetEnv();
  db = await openDatabase();
});
beforeEach(async () => {
  org = await makeSender(db, { integration: { sandbox: true } });
  ctx = org.ctxAt(new Date());
});

const given = (over: Record<string, unknown> = {}) =>
  CreateTemplate.parse({ name: "shipped", language: "en", category: "UTILITY", components: [BODY], ...over });
const create = (over: Record<string, unknown> = {}) => createTemplate(ctx, given(over));
const update = (id: string, changes: Record<string, unknown>, on: Ctx = ctx) =>
  updateTemplate(on, id, UpdateTemplate.parse(changes));
const sandbox = (changes: UpdateSandboxSettings) => updateSandboxSettings(ctx, org.integration.id, changes);
const sync = () => syncTemplates(ctx, { integrationId: org.integration.id });
const named = async (search: string) => (await listTemplates(ctx, { limit: 100, search })).data;

it("gives a template to Meta and keeps the status and the category that Meta gave", async () => {
  await sandbox({ templateCategory: "marketing" });
  const made = await create();
  expect(made).toMatchObject({ status: "PENDING", category: "MARKETING", previousCategory: "UTILITY", language: "en" });
  await sync();
  expect(await getTemplate(ctx, made.id)).toMatchObject({ status: "APPROVED", metaId: made.metaId, components: [BODY] });
  const entries = await db.select().from(auditEntries).where(eq(auditEntries.targetId, made.id));
  expect(entries.map((entry) => entry.action)).toEqual(["template.submitted"]);
});

it("keeps the end of a review that was told before the submission was answered", async () => {
  const other = await create({ name: "other" });
  const [row] = await db.select().from(templates).where(eq(templates.id, other.id));
  if (!row) throw new Error("The other template is missing.");
  const { submission } = await db.transaction(async (tx) => {
    await tx.insert(templates).values({ ...row, id: newId("tpl"), name: "shipped", status: "APPROVED", syncedAt: new Date() });
    const submission = create();
    const waiting = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await eventually(
      () => db.execute(waiting),
      (rows) => rows.length > 0,
      "the submission's wait for what was read",
    );
    return { submission };
  });
  expect(await submission).toMatchObject({ name: "shipped", status: "APPROVED" });
});

it("tells every rule that is broken at once, and asks Meta nothing", async () => {
  const wrong = {
    name: "Bad Name",
    components: [
      { ...BODY, text: "{{1}} is here" },
      { type: "FOOTER", text: "f".repeat(61) },
    ],
  };
  await expect(create(wrong)).rejects.toMatchObject({
    code: "template_invalid",
    status: 422,
    details: [
      { path: "name", rule: "name_format" },
      { path: "components.0.text", rule: "variable_at_edge" },
      { path: "components.0.text", rule: "variables_crowded", limit: 3, given: 2 },
      { path: "components.1.text", rule: "too_long", limit: 60, given: 61 },
    ],
  });
  expect(await sync()).toMatchObject({ added: 0 });
});

it("keeps an unfinished draft through a sync, and gives it to Meta under the same id when it is asked to", async () => {
  const draft = await create({ submit: false, components: [] });
  expect(draft).toMatchObject({ status: "DRAFT", metaId: null });
  await sync();
  await expect(update(draft.id, { submit: true })).rejects.toMatchObject({ code: "template_invalid" });
  const submitted = await update(draft.id, { components: [BODY], submit: true });
  expect(submitted).toMatchObject({ id: draft.id, status: "PENDING", metaId: expect.any(String) });
  await expect(create({ submit: false })).rejects.toMatchObject({ code: "conflict" });
});

it("stores nothing when Meta refuses, and says Meta's reason in words", async () => {
  const made = await create();
  await db.delete(templates).where(eq(templates.id, made.id));
  await expect(create()).rejects.toMatchObject({
    code: "template_invalid",
    details: [
      {
        rule: "meta",
        subcode: 2388024,
        message: expect.stringContaining("already exists"),
        fix: expect.stringContaining("another name"),
      },
    ],
  });
  await sandbox({ tokenExpired: true });
  await expect(create({ name: "other" })).rejects.toMatchObject({ code: "graph_error", details: { code: 190 } });
  expect(await named("shipped")).toEqual([]);
  expect(await named("other")).toEqual([]);
});

it("stores nothing when Meta does not answer; what Meta took all the same is found by the next sync", async () => {
  await sandbox({ latencyMs: 60_000 });
  await expect(create()).rejects.toMatchObject({ code: "graph_error", message: expect.stringContaining("did not say") });
  expect(await named("shipped")).toEqual([]);
  await sandbox({ latencyMs: 0 });
  await sync();
  expect(await named("shipped")).toMatchObject([{ name: "shipped", status: "APPROVED" }]);
});

it("lets an approved template be changed as often as Meta does, and nothing that Meta does not", async () => {
  const { id } = await create();
  await expect(update(id, { components: [BODY, { type: "FOOTER", text: "Bye" }] })).rejects.toMatchObject({ code: "conflict" });
  await sync();
  await expect(update(id, { name: "other" })).rejects.toMatchObject({ code: "conflict" });
  await expect(update(id, { category: "MARKETING" })).rejects.toMatchObject({ code: "conflict" });
  await expect(update(id, { components: [BODY, { type: "FOOTER", text: "x".repeat(61) }] })).rejects.toMatchObject({
    code: "template_invalid",
  });
  expect(await update(id, { components: [BODY] })).toMatchObject({ status: "APPROVED" });

  const footer = (text: string) => ({ components: [BODY, { type: "FOOTER", text }] });
  expect(await update(id, footer("Edit 0"))).toMatchObject({ status: "PENDING" });
  await sync();
  await expect(update(id, footer("Too soon"))).rejects.toMatchObject({
    code: "rate_limit_exceeded",
    details: { nextEditAt: expect.any(String) },
  });
  for (let day = 1; day < 10; day++) {
    await update(id, footer(`Edit ${day}`), org.ctxAt(new Date(ctx.now.getTime() + day * DAY_MS + day)));
    await sync();
  }
  const later = org.ctxAt(new Date(ctx.now.getTime() + 12 * DAY_MS));
  await expect(update(id, footer("The eleventh"), later)).rejects.toMatchObject({
    message: expect.stringContaining("10 times in 30 days"),
  });
  expect(await update(id, footer("A month later"), org.ctxAt(new Date(ctx.now.getTime() + 31 * DAY_MS)))).toMatchObject({
    status: "PENDING",
  });
});

it("deletes one language or all at Meta too, and tells how long the name is locked", async () => {
  const english = await create();
  const turkish = await create({ language: "tr" });
  await sync();
  const gone = await removeTemplate(ctx, english.id, { allLanguages: false });
  expect(gone.deleted).toEqual([{ id: english.id, language: "en" }]);
  expect(Date.parse(gone.nameLockedUntil ?? "")).toBe(ctx.now.getTime() + 30 * DAY_MS);
  await expect(create()).rejects.toMatchObject({
    code: "template_invalid",
    details: [{ path: "name", rule: "name_locked", limit: gone.nameLockedUntil }],
  });
  await sync();
  expect(await named("shipped")).toMatchObject([{ id: turkish.id }]);
  await create({ language: "de", submit: false });
  expect((await removeTemplate(ctx, turkish.id, { allLanguages: true })).deleted.map(({ language }) => language)).toEqual([
    "de",
    "tr",
  ]);
  await sync();
  expect(await named("shipped")).toEqual([]);
  const draft = await create({ name: "never_sent", submit: false });
  expect(await removeTemplate(ctx, draft.id, { allLanguages: false })).toMatchObject({ nameLockedUntil: null });
});

it("duplicates a template into another language as a draft, once", async () => {
  const made = await create();
  const copy = await duplicateTemplate(ctx, made.id, { language: "en-us" });
  expect(copy).toMatchObject({ name: "shipped", language: "en_US", status: "DRAFT", components: [BODY] });
  await expect(duplicateTemplate(ctx, made.id, { language: "en_US" })).rejects.toMatchObject({ code: "conflict" });
});

it("gives Meta the file of a header's sample when the template is submitted, and says what it would not take", async () => {
  const file = async (mimeType: string, bytes = Buffer.from("a picture")) => {
    const id = newId("med");
    await db.insert(mediaFiles).values({
      ...{ id, organizationId: org.organizationId, integrationId: org.integration.id, direction: "out", isWhole: true },
      ...{ kind: "image", mimeType, bytes: bytes.length, createdBy: "test", createdAt: new Date() },
    });
    await putBytes(db, id, inChunks(Readable.from([bytes])));
    return id;
  };
  const header = (handle: string) => ({ type: "HEADER", format: "IMAGE", example: { header_handle: [handle] } });
  const picture = await file("image/png");
  const made = await create({ components: [header(picture), BODY] });
  expect(made.components[0]).toMatchObject({ example: { header_handle: [picture] } });
  await sync();
  expect((await getTemplate(ctx, made.id)).components[0]).toMatchObject({
    example: { header_handle: [expect.stringMatching(/^4::/)] },
  });

  const refused = async (handle: string, details: object) =>
    expect(create({ name: "other", components: [header(handle), BODY] })).rejects.toMatchObject({
      code: "template_invalid",
      details: [{ path: "components.0.example.header_handle", ...details }],
    });
  await refused(await file("application/pdf"), { rule: "sample_type", given: "application/pdf" });
  await refused(newId("med"), { rule: "sample_gone" });
  const other = await makeSender(db, { integration: { sandbox: true } });
  await db.update(mediaFiles).set({ organizationId: other.organizationId }).where(eq(mediaFiles.id, picture));
  await refused(picture, { rule: "sample_gone" });
});

it("knows the button that stops offers for as long as the template has it", async () => {
  const buttons = (...texts: string[]) => ({ type: "BUTTONS", buttons: texts.map((text) => ({ type: "QUICK_REPLY", text })) });
  await expect(create({ optOutButton: "No more", components: [BODY, buttons("Yes")] })).rejects.toMatchObject({
    code: "validation_failed",
    details: [{ path: "optOutButton" }],
  });
  const made = await create({ optOutButton: "No more", components: [BODY, buttons("Yes", "No more")] });
  await sync();
  expect(await getTemplate(ctx, made.id)).toMatchObject({ status: "APPROVED", optOutButton: "No more" });
  // Ours alone: Meta is not asked, and nothing is reviewed again.
  expect(await update(made.id, { optOutButton: null })).toMatchObject({ status: "APPROVED", optOutButton: null });
  expect(await update(made.id, { optOutButton: "Yes" })).toMatchObject({ status: "APPROVED", optOutButton: "Yes" });
  expect(await update(made.id, { components: [BODY, buttons("No more")] })).toMatchObject({ optOutButton: null });
});

it("lets nobody overwrite what somebody else has changed since it was read, a draft or at Meta", async () => {
  for (const submit of [false, true]) {
    const made = await create({ name: submit ? "at_meta" : "draft", submit });
    if (submit) await sync();
    const seen = (await getTemplate(ctx, made.id)).updatedAt;
    const first = await update(made.id, { components: [{ ...BODY, text: "Mine" }], updatedAt: seen }, org.ctxAt(new Date()));
    expect(first.updatedAt > seen).toBe(true);
    await expect(update(made.id, { components: [{ ...BODY, text: "Theirs" }], updatedAt: seen })).rejects.toMatchObject({
      code: "conflict",
      details: { current: { components: [{ text: "Mine" }] } },
    });
    expect(await getTemplate(ctx, made.id)).toMatchObject({ components: [{ text: "Mine" }] });
  }
});
