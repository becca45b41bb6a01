/** The least a Next handler can do with a POST: the yardstick of bench/accept.ts. */
export async function POST(request: Request): Promise<Response> {
  const body: unknown = await request.json();
  return Response.json({ ok: typeof body === "object" }, { status: 202 });
}
