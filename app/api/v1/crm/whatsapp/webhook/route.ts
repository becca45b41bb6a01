import { z } from "zod";
import { describedRoute } from "@/lib/api/route";
import { openDatabase } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { json, requestIdOf, respondError } from "@/lib/http/respond";
import { answerVerification, takeDelivery } from "@/lib/webhooks/receive";

const DELIVERY = "Signed by X-Hub-Signature-256 over the raw bytes. Stored, then answered; understood afterwards.";

export const GET = describedRoute({ summary: "Meta asks whether this address is ours", status: 200 }, async (request) => {
  const requestId = requestIdOf(request);
  try {
    const challenge = await answerVerification(await openDatabase(), new URL(request.url).searchParams);
    if (challenge === null) throw new AppError("forbidden", "The verify token is not known here");
    return new Response(challenge, {
      headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff", "x-request-id": requestId },
    });
  } catch (error) {
    return respondError(error, requestId);
  }
});

export const POST = describedRoute(
  { summary: "Meta delivers", description: DELIVERY, body: z.looseObject({}), status: 200 },
  async (request) => {
    const requestId = requestIdOf(request);
    try {
      await takeDelivery(await openDatabase(), request);
      return json({ received: true }, 200, requestId);
    } catch (error) {
      return respondError(error, requestId);
    }
  },
);
