import "server-only";
import { teachAddresses } from "@/lib/contacts/people";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { log } from "@/lib/log";
import { applyEarlyStatuses } from "@/lib/messages/delivery-reports";
import { isTransient, retryTransient } from "@/lib/transient";
import { type Outcome, writeOutcomes } from "./outcome";
import { forgetHolds } from "./pair-limit";

const GATHER_MS = 50;
const MOST_AT_ONCE = 500;
/** What is known must reach the database while the messages' leases hold, even when it is being restarted. */
const PATIENCE_MS = 20_000;

/** An outcome with the person it concerns. */
export type Settled = { outcome: Outcome; contactId: string; phone: string };

/**
 * Writes down what became of calls, together and soon: no outcome waits for the slowest call of its batch, and none is given up
 * because the database is away for a moment. What cannot be written all the same ends as unknown when its lease is over.
 */
export class Completer {
  private waiting: Settled[] = [];
  private writing: Promise<void> | undefined;

  constructor(
    private readonly base: Ctx,
    private readonly integrationId: string,
  ) {}

  add(settled: Settled): void {
    this.waiting.push(settled);
    this.writing ??= this.write();
  }

  get isIdle(): boolean {
    return this.writing === undefined;
  }

  /** Resolves when everything added so far is written. */
  async done(): Promise<void> {
    while (this.writing) await this.writing;
  }

  private async write(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    while (this.waiting.length > 0) {
      await this.persist(this.waiting.splice(0, MOST_AT_ONCE));
    }
    this.writing = undefined;
  }

  /** One outcome that cannot be written must not take the others with it. */
  private async persist(batch: readonly Settled[]): Promise<void> {
    try {
      await retryTransient(PATIENCE_MS, () => this.store(batch));
    } catch (error) {
      if (batch.length > 1 && !isTransient(error)) {
        for (const one of batch) await this.persist([one]);
        return;
      }
      log.error(
        { err: error, messages: batch.length },
        "What became of some messages could not be written; they will end as unknown",
      );
    }
  }

  private async store(batch: readonly Settled[]): Promise<void> {
    const ctx = systemCtx(this.base.db, this.base.organizationId, this.base.actor.id);
    const learned = await writeOutcomes(
      ctx,
      this.integrationId,
      batch.map((each) => each.outcome),
    );
    await applyEarlyStatuses(ctx, this.integrationId, learned);
    const accepted = batch.flatMap(({ outcome, ...person }) => (outcome.kind === "accepted" ? [{ ...person, ...outcome }] : []));
    await forgetHolds(
      ctx,
      this.integrationId,
      accepted.map((each) => each.contactId),
    );
    await this.teach(ctx, accepted);
  }

  /** Meta's own name of a person may differ from the number that was written to. What became of the message is written already. */
  private async teach(ctx: Ctx, accepted: Parameters<typeof teachAddresses>[1]): Promise<void> {
    try {
      await teachAddresses(
        ctx,
        accepted.map(({ contactId, phone, waId, userId }) => ({ contactId, phone, waId, userId })),
      );
    } catch (error) {
      if (isTransient(error)) throw error;
      log.error({ err: error, integrationId: this.integrationId }, "What Meta told of some people could not be kept");
    }
  }
}
