import { useTranslations } from "next-intl";
import { AuthCard } from "@/components/auth/auth-card";
import { CodeBlock } from "@/components/shared/code-block";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";

/** A setup link opens once, and only the newest; says which of the two it was and what to do. */
export function DeadSetupLink({ isSetUp }: { isSetUp: boolean }) {
  const t = useTranslations("setup.dead");
  if (isSetUp) {
    return (
      <AuthCard title={t("done.title")} description={t("done.description")}>
        <Button asChild variant="primary" size="lg">
          <Link href="/login">{t("done.action")}</Link>
        </Button>
      </AuthCard>
    );
  }
  return (
    <AuthCard title={t("title")} description={t("description")}>
      <ol className="grid list-decimal gap-2 pl-5 text-sm">
        <li>{t("restart")}</li>
        <li>{t("open")}</li>
      </ol>
      <CodeBlock code="npm start" />
    </AuthCard>
  );
}
