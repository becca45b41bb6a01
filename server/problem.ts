/** Something the person who starts the program can mend: shown as its one sentence, without a stack. */
export class Problem extends Error {
  override name = "Problem";
}

/** Turns whatever `work` throws into a Problem with the same sentence. */
export async function asProblem<T>(work: () => T | Promise<T>, hint = ""): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : String(error)}${hint}`);
  }
}
