import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Mark } from "@/components/shell/mark";
import { StrangerPreferences } from "@/components/shell/stranger-preferences";

/** For strangers: the name, the two choices everyone has, and the form in the middle. */
export default async function AuthLayout({ children }: { children: ReactNode }) {
  const t = await getTranslations("common");
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-14 items-center justify-between px-4 md:px-6">
        <span className="flex items-center gap-2 font-semibold text-sm">
          <Mark className="size-6" />
          {t("productName")}
        </span>
        <div className="flex gap-1">
          <StrangerPreferences />
        </div>
      </header>
      <main className="flex flex-1 flex-col items-center px-4 pt-[6vh] pb-16">{children}</main>
    </div>
  );
}
