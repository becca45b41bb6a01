import { z } from "zod";
import { openRoute } from "@/lib/api/route";
import document from "@/public/openapi.json";

export const GET = openRoute({
  summary: "Show this description of the API",
  response: z.looseObject({}),
  handler: async () => document,
});
