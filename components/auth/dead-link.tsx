import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { AuthCard } from "./auth-card";

export function DeadLink() {
  const t = useTranslations("auth.link");
  return (
    <AuthCard title={t("dead.title")} description={t("dead.description")}>
      <Button asChild size="lg">
        <Link href="/login">{t("dead.action")}</Link>
      </Button>
    </AuthCard>
  );
}
