import "server-only";
import { and, eq } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { mediaFiles } from "@/db/schema/media";
import type { Ctx } from "@/lib/ctx";
import type { IntegrationRow } from "@/lib/integrations/access";
import { getBytes } from "@/lib/media/store";
import { SAMPLE_TYPES, uploadSample } from "@/lib/whatsapp/graph-uploads";
import { Findings } from "@/lib/whatsapp/template-findings";
import { askMeta } from "./ask-meta";
import { invalid } from "./invalid";
import type { TemplateComponent } from "./schema";

type FileRow = typeof mediaFiles.$inferSelect;
/** A header whose sample is a file of ours. */
type Sample = { path: string; format: string; fileId: string };

const OUR_ID = /^med_/;

/**
 * The components with Meta's handles where a header's sample is the id of an uploaded file: Meta is given each file once. Throws
 * `template_invalid` for files that are gone or of a type that Meta takes for no such header, `graph_error` when Meta does not take one.
 */
export async function withHandles(
  ctx: Ctx,
  integration: IntegrationRow,
  components: readonly TemplateComponent[],
): Promise<TemplateComponent[]> {
  const samples: Sample[] = [];
  mapHandles(components, "components", (sample) => {
    samples.push(sample);
    return sample.fileId;
  });
  if (samples.length === 0) return [...components];
  const files = await findFiles(ctx, [...new Set(samples.map(({ fileId }) => fileId))]);
  const found = new Findings();
  for (const { path, format, fileId } of samples) {
    const file = files.get(fileId);
    const types = SAMPLE_TYPES[format] ?? [];
    if (!file) found.add(path, "sample_gone");
    else if (!types.includes(file.mimeType)) found.add(path, "sample_type", types.join(", "), file.mimeType);
  }
  if (found.all.length > 0) throw invalid(found.all);
  const handles = new Map<string, string>();
  for (const [id, { bytes, mimeType }] of files) {
    const source = { bytes, mimeType, filename: id, content: getBytes(ctx.db, id, { start: 0, end: bytes - 1 }) };
    handles.set(id, await askMeta(ctx, integration, (access) => uploadSample(access, integration.appId, source)));
  }
  return mapHandles(components, "components", ({ fileId }) => handles.get(fileId) ?? fileId);
}

type Json = Record<string, unknown>;
const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

function mapHandles<T>(components: readonly T[], path: string, replace: (sample: Sample) => string): T[] {
  return components.map((component, index): T => {
    if (!isJson(component)) return component;
    const at = `${path}.${index}`;
    if (Array.isArray(component.cards)) {
      const cards = component.cards.map((card: unknown, place) =>
        isJson(card) && Array.isArray(card.components)
          ? { ...card, components: mapHandles(card.components, `${at}.cards.${place}.components`, replace) }
          : card,
      );
      return { ...component, cards };
    }
    const [handle] =
      isJson(component.example) && Array.isArray(component.example.header_handle) ? component.example.header_handle : [];
    if (typeof handle !== "string" || !OUR_ID.test(handle)) return component;
    const sample = { path: `${at}.example.header_handle`, format: String(component.format), fileId: handle };
    return { ...component, example: { ...(component.example as Json), header_handle: [replace(sample)] } };
  });
}

async function findFiles(ctx: Ctx, ids: readonly string[]): Promise<Map<string, FileRow>> {
  const rows = await ctx.db
    .select()
    .from(mediaFiles)
    .where(and(eq(mediaFiles.organizationId, ctx.organizationId), anyOf(mediaFiles.id, [...ids]), mediaFiles.isWhole));
  return new Map(rows.map((row) => [row.id, row]));
}
