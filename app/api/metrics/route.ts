import { database } from "@/db/client";
import { sameText } from "@/lib/crypto";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { requestIdOf, respondError } from "@/lib/http/respond";
import { METRICS_TYPE, renderMetrics } from "@/lib/insights/metrics";

/** For Prometheus, with METRICS_TOKEN as bearer. Without that variable there is no such address. */
export async function GET(request: Request): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    const token = env().METRICS_TOKEN;
    if (!token) throw new AppError("not_found");
    const given = /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (given === undefined || !sameText(given, token))
      throw new AppError("unauthorized", "Send METRICS_TOKEN as Authorization: Bearer …");
    const text = await renderMetrics(database(), new Date());
    return new Response(text, {
      headers: { "content-type": METRICS_TYPE, "cache-control": "no-store", "x-request-id": requestId },
    });
  } catch (error) {
    return respondError(error, requestId);
  }
}
