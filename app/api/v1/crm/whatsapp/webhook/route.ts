import { openDatabase } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { readBody } from "@/lib/http/body";
import { json, requestIdOf, respondError } from "@/lib/http/respond";
import { answerVerification, receiveWebhook, WEBHOOK_LIMIT_BYTES } from "@/lib/webhooks/receive";

/** Meta asks whether this address is ours. */
export async function GET(request: Request): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    const challenge = await answerVerification(await openDatabase(), new URL(request.url).searchParams);
    if (challenge === null) throw new AppError("forbidden", "The verify token is not known here");
    return new Response(challenge, { headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff", "x-request-id": requestId } });
  } catch (error) {
    return respondError(error, requestId);
  }
}

/** Meta delivers. Verified over the raw bytes, stored, answered; understood afterwards. */
export async function POST(request: Request): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    const signature = request.headers.get("x-hub-signature-256");
    const raw = await readBody(request, WEBHOOK_LIMIT_BYTES);
    await receiveWebhook(await openDatabase(), raw, signature, new Date());
    return json({ received: true }, 200, requestId);
  } catch (error) {
    return respondError(error, requestId);
  }
}
