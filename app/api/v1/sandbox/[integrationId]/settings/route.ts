import { z } from "zod";
import { route } from "@/lib/api/route";
import { getSandboxSettings, updateSandboxSettings } from "@/lib/sandbox/phone";
import { SandboxControl, UpdateSandboxSettings } from "@/lib/sandbox/schema";

const params = z.object({ integrationId: z.string() });

export const GET = route({
  summary: "Read how the sandbox behaves",
  permission: "sandbox:read",
  params,
  response: SandboxControl,
  handler: ({ ctx, params: { integrationId } }) => getSandboxSettings(ctx, integrationId),
});

export const PATCH = route({
  summary: "Change how the sandbox behaves",
  description: "Makes the stand-in fail in the ways in which Meta can.",
  permission: "sandbox:write",
  params,
  body: UpdateSandboxSettings,
  response: SandboxControl,
  handler: ({ ctx, params: { integrationId }, body }) => updateSandboxSettings(ctx, integrationId, body),
});
