import "server-only";
import { and, asc, eq } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { messages } from "@/db/schema/messages";
import type { Ctx } from "@/lib/ctx";
import { inTurn } from "@/lib/turns";
import type { SelectionResult, SelectMessages } from "./schema";
import { type Filter, findIds, readFilter } from "./search";

/** So many are worked on in one statement, however many are selected. */
const AT_ONCE = 500;

export type Selected = typeof messages.$inferSelect;
/** What became of some of a selection: those done, and why the others were not. */
export type Worked = { done: number; refused: { id: string; code: string }[] };

/**
 * Works through the messages that were named or that match now, oldest first and a part at a time. What is added while it runs is
 * not part of it. Refusals are told one by one for ids that were given, and counted by their code for a filter.
 */
export async function workThrough(
  ctx: Ctx,
  { ids, filter }: Pick<SelectMessages, "ids" | "filter">,
  work: (rows: Selected[]) => Promise<Worked>,
): Promise<SelectionResult> {
  const result: SelectionResult = { matched: 0, done: 0, refused: [] };
  const refuse = (id: string, code: string) => {
    const known = ids ? undefined : result.refused.find((one) => one.code === code);
    if (known) known.count += 1;
    else result.refused.push({ ...(ids ? { id } : {}), code, count: 1 });
  };
  for await (const part of ids ? named(ids) : matching(ctx, await readFilter(ctx, filter ?? { direction: "outgoing" }))) {
    const rows = await ctx.db
      .select()
      .from(messages)
      .where(and(eq(messages.organizationId, ctx.organizationId), eq(messages.direction, "outgoing"), anyOf(messages.id, part)))
      .orderBy(asc(messages.id));
    result.matched += rows.length;
    const found = new Set(rows.map(({ id }) => id));
    if (ids) for (const id of part) if (!found.has(id)) refuse(id, "not_found");
    const { done, refused } = await work(rows);
    result.done += done;
    for (const { id, code } of refused) refuse(id, code);
  }
  return result;
}

async function* named(ids: readonly string[]): AsyncGenerator<string[]> {
  const unique = [...new Set(ids)];
  for (let i = 0; i < unique.length; i += AT_ONCE) yield unique.slice(i, i + AT_ONCE);
}

async function* matching(ctx: Ctx, filter: Filter): AsyncGenerator<string[]> {
  const find = (order: Parameters<typeof findIds>[2]) => inTurn(ctx, (turn) => findIds(turn, filter, order));
  const [newest] = (await find({ sort: "-createdAt", limit: 1 })).ids;
  if (newest === undefined) return;
  // A search by text has its own order, so it is read as it comes.
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await find({ sort: "createdAt", limit: AT_ONCE, cursor });
    const ids = filter.search ? page.ids : page.ids.filter((id) => id <= newest);
    if (ids.length > 0) yield ids;
    if (!filter.search && ids.length < page.ids.length) return;
    cursor = page.nextCursor ?? undefined;
  }
}

/** What the audit trail keeps of a selection: how it was made and what became of it; no thousand ids, and nothing about people. */
export function auditedOf({ ids, filter }: Pick<SelectMessages, "ids" | "filter">, { matched, done }: SelectionResult) {
  const { search, phoneNumber, contactId, externalId, ...rest } = filter ?? {};
  const isAboutPeople = [search, phoneNumber, contactId, externalId].some((value) => value !== undefined);
  return { ...(ids ? { ids: ids.length } : { filter: rest, ...(isAboutPeople ? { isAboutPeople } : {}) }), matched, done };
}
