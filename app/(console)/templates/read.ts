import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { pageCtx } from "@/lib/auth/session";
import { AppError } from "@/lib/errors";
import { getTemplate } from "@/lib/templates/templates";

/** A template, read once for the page and its title. */
export const readTemplate = cache(async (id: string) => {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  return getTemplate(ctx, id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") notFound();
    throw error;
  });
});
