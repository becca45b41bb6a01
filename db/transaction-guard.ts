/** Whether a transaction's connection is still its own. */
export type Lifetime = { isOver: boolean };

/** A connection that was cut is seen to be closed well within this time. */
const CLOSES_WITHIN_MS = 1_000;

/**
 * When a connection is cut, the driver fails the transaction at once, but sends what its function still asks for, and its own
 * rollback, through the same object: into nothing, which ends the process, or into the transaction that has this connection by
 * then. So the function is cut off with its connection: its later statements are refused (`requireLife`) and its end is never
 * told (`liveOut`).
 */
export function endWith<T>(lifetime: Lifetime, transaction: Promise<T>): Promise<T> {
  const end = () => {
    lifetime.isOver = true;
  };
  transaction.then(end, end);
  return transaction;
}

export function requireLife(lifetime: Lifetime | undefined): void {
  if (lifetime?.isOver) throw Object.assign(new Error("The transaction has ended."), { code: "CONNECTION_CLOSED" });
}

/** Settles as `work` does, as long as there is a transaction to commit or roll back. */
export function liveOut<T>(lifetime: Lifetime, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const unlessOver = (settle: () => void) => () => lifetime.isOver || settle();
    work().then(
      (value) => unlessOver(() => resolve(value))(),
      (error: unknown) => {
        const tell = unlessOver(() => reject(error));
        if (isCut(error)) setTimeout(tell, CLOSES_WITHIN_MS);
        else tell();
      },
    );
  });
}

/** May be another connection's error as well: time tells. */
function isCut(error: unknown): boolean {
  const causes = [error, error instanceof Error ? error.cause : undefined];
  return causes.some(
    (one) =>
      typeof one === "object" &&
      one !== null &&
      "code" in one &&
      /^(CONNECTION_|ECONN|EPIPE|ETIMEDOUT|08|57P)/.test(String(one.code)),
  );
}
