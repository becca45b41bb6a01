import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { MessagesTable } from "@/components/messages/messages-table";
import { pageCtx } from "@/lib/auth/session";
import { ROWS_AT_ONCE } from "@/lib/http/client";
import { listMessages } from "@/lib/messages/messages";
import { ListMessages } from "@/lib/messages/schema";

/** The list stays where it is while `/messages/{id}` opens its panel beside it. */
export default async function MessagesLayout({ children }: { children: ReactNode }) {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  return (
    <>
      <MessagesTable firstPage={await listMessages(ctx, ListMessages.parse({ limit: ROWS_AT_ONCE }))} />
      {children}
    </>
  );
}
