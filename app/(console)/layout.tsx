import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { Providers } from "@/components/shell/providers";
import { Shell } from "@/components/shell/shell";
import { getSession } from "@/lib/auth/session";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const session = await getSession();
  if (!session) redirect("/login");
  if (session.lacksSecondFactor) redirect("/second-factor");
  const { user, organization, organizations, role, permissions } = session;
  return (
    <Providers>
      <Shell session={{ user, organization, organizations, role, permissions }}>{children}</Shell>
    </Providers>
  );
}
