import postgres from "postgres";

/** What the installation says of one message. */
export type Told = { id: string; status: string; reason: string | null; answered: boolean; doubted: boolean };

export type Verdict = {
  messages: number;
  /** Accepted by the stand-in exactly once. */
  arrivedOnce: number;
  /** Accepted more than once: must be 0. */
  doubled: number;
  /** Never arrived although the installation does not say so: must be 0. */
  lost: number;
  /** Arrived, but called failed by us for another reason than not knowing: must be 0. */
  wronglyFailed: number;
  /** Nobody wrote Meta's answer down; a webhook told that the message was sent. */
  unknownSettledByWebhook: number;
  /** Ended as "outcome unknown", offered for resending. */
  endedUnknown: number;
  /** Of these, those that did arrive: their webhook never came. */
  endedUnknownArrived: number;
  failed: number;
  cancelled: number;
  statuses: Record<string, number>;
};

const ENDED = ["sent", "delivered", "read", "failed", "cancelled"];
const OPEN_ENDED = ["failed", "cancelled", "unknown"];

/** The messages of an integration that were made after the message `after`, as the database has them. */
export async function readTold(databaseUrl: string, integrationId: string, after = ""): Promise<Told[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    return await sql<Told[]>`
      select id, status, failure ->> 'reason' as reason, timeline @> '[{"step":"accepted"}]' as answered, timeline @> '[{"step":"unknown"}]' as doubted
      from messages where integration_id = ${integrationId} and id > ${after} order by id`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Messages that are not in an end state, and webhook bodies that are not processed. */
export async function countOpen(
  databaseUrl: string,
  integrationId: string,
  after = "",
): Promise<{ messages: number; bodies: number }> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    const [open] = await sql<{ messages: number; bodies: number }[]>`
      select (select count(*)::int from messages where integration_id = ${integrationId} and id > ${after} and status <> all(${ENDED})) as messages,
        (select count(*)::int from webhook_events where status = 'pending') as bodies`;
    return open ?? { messages: 0, bodies: 0 };
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** How often each message was accepted, as the stand-in counted. */
export async function readArrivals(standInUrl: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${standInUrl}/_sandbox/callbacks`)).text();
  return new Map(
    text.split("\n").flatMap((line) => {
      const [id, times] = line.split("\t");
      return id ? [[id, Number(times)] as const] : [];
    }),
  );
}

/** Compares what was said with what arrived. Pure. */
export function judge(told: readonly Told[], arrivals: ReadonlyMap<string, number>): Verdict {
  const times = (message: Told) => arrivals.get(message.id) ?? 0;
  const count = (isSo: (message: Told) => boolean) => told.filter(isSo).length;
  const isUnknown = (message: Told) => message.status === "failed" && message.reason === "outcome_unknown";
  const statuses: Record<string, number> = {};
  for (const { status } of told) statuses[status] = (statuses[status] ?? 0) + 1;
  return {
    messages: told.length,
    arrivedOnce: count((m) => times(m) === 1),
    doubled: count((m) => times(m) > 1),
    lost: count((m) => times(m) === 0 && !OPEN_ENDED.includes(m.status)),
    wronglyFailed: count((m) => times(m) > 0 && (m.status === "cancelled" || (m.status === "failed" && !isUnknown(m)))),
    unknownSettledByWebhook: count((m) => !m.answered && ["sent", "delivered", "read"].includes(m.status)),
    endedUnknown: count(isUnknown),
    endedUnknownArrived: count((m) => isUnknown(m) && times(m) > 0),
    failed: count((m) => m.status === "failed" && !isUnknown(m)),
    cancelled: count((m) => m.status === "cancelled"),
    statuses,
  };
}

export function isSound(verdict: Verdict): boolean {
  return verdict.lost === 0 && verdict.doubled === 0 && verdict.wronglyFailed === 0;
}
