export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

/** What a page's address asks for, by name; of what is said more than once, the first. */
export async function firstOfEach(searchParams: SearchParams): Promise<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(await searchParams).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}
