import "server-only";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { pageCtx } from "@/lib/auth/session";
import { AppError } from "@/lib/errors";
import { getIntegration } from "@/lib/integrations/integrations";
import type { Integration } from "@/lib/integrations/schema";

/** The integration of the address, once a request; another organization's is not found. */
export const readIntegration = cache(async (id: string): Promise<Integration> => {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  try {
    return await getIntegration(ctx, id);
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") notFound();
    throw error;
  }
});
