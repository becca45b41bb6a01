import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { Inbox } from "@/components/conversations/inbox";
import { pageCtx } from "@/lib/auth/session";
import { listConversations } from "@/lib/conversations/conversations";
import { ListConversations } from "@/lib/conversations/schema";
import { ROWS_AT_ONCE } from "@/lib/http/client";

/** The list stays where it is while one conversation after the other is read beside it. */
export default async function InboxLayout({ children }: { children: ReactNode }) {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  const firstPage = await listConversations(ctx, ListConversations.parse({ state: "open", limit: ROWS_AT_ONCE }));
  return <Inbox firstPage={firstPage}>{children}</Inbox>;
}
