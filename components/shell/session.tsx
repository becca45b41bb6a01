"use client";

import { createContext, type ReactNode, useContext } from "react";
import { allows, type Permission } from "@/lib/organizations/permissions";

/** What the browser may know of who is signed in. */
export type ConsoleSession = {
  user: { id: string; name: string; email: string; language: string | null };
  organization: { id: string; name: string; timeZone: string; country: string; languages: string[] };
  organizations: { id: string; name: string }[];
  role: "owner" | "admin" | "operator" | "viewer";
  permissions: string[];
};

const SessionContext = createContext<ConsoleSession | null>(null);

export function SessionProvider({ session, children }: { session: ConsoleSession; children: ReactNode }) {
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

export function useSession(): ConsoleSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession is for pages of the console, inside SessionProvider");
  return session;
}

/** `can("contacts:write")`: whether to offer an act. The server decides again. */
export function useCan(): (permission: Permission) => boolean {
  const { permissions } = useSession();
  return (permission) => allows(permissions, permission);
}
