import { getTranslations } from "next-intl/server";
import { buttonStyles } from "@/components/ui/button";

/** Without parts for the browser: it stands in the bundle of every page. */
export default async function NotFound() {
  const t = await getTranslations("shell.notFound");
  return (
    <main className="grid min-h-[70dvh] place-content-center justify-items-center gap-3 px-6 text-center">
      <h1 className="font-medium text-base">{t("title")}</h1>
      <p className="max-w-[52ch] text-muted text-sm">{t("description")}</p>
      <a href="/" className={buttonStyles({ variant: "primary" })}>
        {t("action")}
      </a>
    </main>
  );
}
