/** Next calls this once in each process before it answers. Under `npm start` our own server has started everything already. */
export async function register(): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: Next replaces it when it builds for the edge, so that none of this is bundled there.
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { startUnderNext } = await import("./server/under-next");
  await startUnderNext();
}
