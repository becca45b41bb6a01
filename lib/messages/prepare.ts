import "server-only";
import { and, eq } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { mediaFiles } from "@/db/schema/media";
import { messages } from "@/db/schema/messages";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { getIntegrationRow } from "@/lib/integrations/access";
import { giveToMeta } from "@/lib/media/at-meta";
import type { ContentOf, SendableContent } from "@/lib/whatsapp/content";
import type { SendMessage } from "./schema";

type FileRow = typeof mediaFiles.$inferSelect;
type Answered = { id: string; wamid: string | null; integrationId: string };
type Media = NonNullable<SendMessage["media"]>;

/** A wish whose files and messages are found: `content` beside a text or a template, `file` for a template's header. */
export type Prepared = {
  wish: SendMessage;
  content?: Exclude<SendableContent, { type: "text" | "template" }> | undefined;
  header?: ContentOf<"template">["header"];
  extras?: ContentOf<"template">["extras"];
  /** Meta's id of the message that is answered. */
  contextId?: string | null;
};
export type Preparation = Prepared | AppError;

/**
 * Finds what wishes name: uploaded files, and messages that are answered or reacted to. With `upload`, a file that Meta will soon
 * have forgotten is given to it again. A wish that names what is not there is an error of its own. Wishes that name nothing cost nothing.
 */
export async function prepare(ctx: Ctx, wishes: readonly SendMessage[], { upload }: { upload: boolean }): Promise<Preparation[]> {
  const files = await findFiles(
    ctx,
    wishes.flatMap(({ media, templateExtras }) =>
      [media, ...(templateExtras?.cards ?? []).map((card) => card.media)].flatMap((file) => file?.id ?? []),
    ),
  );
  const named = wishes.flatMap(({ replyTo, reaction }) => [replyTo, reaction?.to].filter((id) => id !== undefined));
  const answered = await findMessages(ctx, named);
  return Promise.all(
    wishes.map((wish) =>
      prepareOne(ctx, wish, { files, answered, upload }).catch((error: unknown) => {
        if (error instanceof AppError) return error;
        throw error;
      }),
    ),
  );
}

type Found = { files: Map<string, FileRow>; answered: Map<string, Answered>; upload: boolean };

async function prepareOne(ctx: Ctx, given: SendMessage, { files, answered, upload }: Found): Promise<Prepared> {
  let wish = given;
  const through = (integrationId: string | null, what: string) => {
    if (integrationId === null || wish.integrationId === integrationId) return;
    if (wish.integrationId !== undefined) throw new AppError("validation_failed", `${what} belongs to another number`);
    wish = { ...wish, integrationId };
  };
  const wamidOf = (id: string): string => {
    if (id.startsWith("wamid.")) return id;
    const message = answered.get(id);
    if (!message) throw new AppError("not_found", "There is no message with this id", { details: { messageId: id } });
    if (message.wamid === null) throw new AppError("conflict", "Meta has not taken the message that is answered yet");
    through(message.integrationId, "The message that is answered");
    return message.wamid;
  };
  const extrasOf = async (extras: SendMessage["templateExtras"]): Promise<Prepared["extras"]> => {
    if (!extras) return undefined;
    const { cards, offerExpiresAt, ...rest } = extras;
    const pictures: ContentOf<"media">[] = [];
    for (const { media } of cards ?? []) pictures.push(await mediaContent(ctx, media, { files, upload, through }));
    return {
      ...rest,
      ...(cards && { cards: pictures }),
      ...(offerExpiresAt !== undefined && { offerExpiresAt: new Date(offerExpiresAt).toISOString() }),
    };
  };
  const contextId = given.replyTo === undefined ? null : wamidOf(given.replyTo);
  const media = given.media && (await mediaContent(ctx, given.media, { files, upload, through }));
  const { interactive, location, contacts, reaction } = given;
  if (given.template !== undefined) {
    const header = media ?? (location && ({ type: "location", ...location } as const));
    return { wish, header, extras: await extrasOf(given.templateExtras), contextId };
  }
  const content =
    media ??
    (interactive && { type: "interactive" as const, ...interactive }) ??
    (location && { type: "location" as const, ...location }) ??
    (contacts && { type: "contacts" as const, cards: contacts }) ??
    (reaction && { type: "reaction" as const, to: wamidOf(reaction.to), emoji: reaction.emoji });
  return { wish, content, contextId };
}

/** An id of Meta's own: the caller has uploaded the file there himself. */
const META_ID = /^\d{5,40}$/;

async function mediaContent(
  ctx: Ctx,
  { type, id, link, caption, filename, voice }: Media,
  { files, upload, through }: Pick<Found, "files" | "upload"> & { through: (integrationId: string | null, what: string) => void },
): Promise<ContentOf<"media">> {
  const common = {
    type: "media" as const,
    kind: type,
    ...(caption !== undefined && { caption }),
    ...(voice !== undefined && { voice }),
  };
  if (id === undefined) return { ...common, mediaId: null, link, ...(filename !== undefined && { filename }) };
  const file = files.get(id);
  if (!file) {
    if (META_ID.test(id)) return { ...common, mediaId: id, ...(filename !== undefined && { filename }) };
    throw new AppError("not_found", "There is no file with this id. Upload it with POST /api/v1/media", {
      details: { mediaId: id },
    });
  }
  if (file.kind !== type) {
    throw new AppError("validation_failed", `The file is of the type ${file.kind}, not ${type}`, {
      details: [{ path: "media.type", message: `This file is sent as ${file.kind}` }],
    });
  }
  through(file.integrationId, "The file");
  const ready =
    upload && file.integrationId ? await giveToMeta(ctx, await getIntegrationRow(ctx, file.integrationId), file) : file;
  const name = filename ?? (type === "document" ? file.filename : null);
  const { mimeType, sha256 } = file;
  return { ...common, mediaId: ready.metaId, fileId: id, mimeType, sha256, ...(name !== null && { filename: name }) };
}

async function findFiles(ctx: Ctx, ids: readonly string[]): Promise<Map<string, FileRow>> {
  if (ids.length === 0) return new Map();
  const rows = await ctx.db
    .select()
    .from(mediaFiles)
    .where(
      and(
        eq(mediaFiles.organizationId, ctx.organizationId),
        anyOf(mediaFiles.id, ids),
        mediaFiles.isWhole,
        eq(mediaFiles.direction, "out"),
      ),
    );
  return new Map(rows.map((row) => [row.id, row]));
}

async function findMessages(ctx: Ctx, ids: readonly string[]): Promise<Map<string, Answered>> {
  if (ids.length === 0) return new Map();
  const rows = await ctx.db
    .select({ id: messages.id, wamid: messages.wamid, integrationId: messages.integrationId })
    .from(messages)
    .where(and(eq(messages.organizationId, ctx.organizationId), anyOf(messages.id, ids)));
  return new Map(rows.map((row) => [row.id, row]));
}
