const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 3_000;

/** True when the database was away, refused for lack of room, or broke a deadlock: the same work may succeed a moment later. */
export function isTransient(error: unknown): boolean {
  return /^(CONNECT|ECONN|ETIMEDOUT|EPIPE|08|53|57P|40)/.test(codeOf(error));
}

/** Does the work again while the database is away, for `patienceMs`; work that is done twice must do no harm. Throws the last error. */
export async function retryTransient<T>(patienceMs: number, work: () => Promise<T>): Promise<T> {
  const endsAt = Date.now() + patienceMs;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || Date.now() + waitMs > endsAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** Which error it was, without the values that a database's message may quote. */
export function errorLabel(error: unknown): string {
  const name = error instanceof Error ? error.name : "Error";
  const code = codeOf(error);
  return code ? `${name} ${code}` : name;
}

/** The system's or PostgreSQL's code; drizzle wraps the error that has it. */
function codeOf(error: unknown): string {
  for (const one of [error, error instanceof Error ? error.cause : undefined]) {
    if (typeof one === "object" && one !== null && "code" in one && one.code !== undefined) return String(one.code);
  }
  return "";
}
