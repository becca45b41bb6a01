import { Compass } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { EmptyState } from "@/components/shared/empty-state";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";

export default async function NotFound() {
  const t = await getTranslations("shell.notFound");
  return (
    <EmptyState
      icon={Compass}
      heading="h1"
      title={t("title")}
      description={t("description")}
      action={
        <Button asChild variant="primary">
          <Link href="/">{t("action")}</Link>
        </Button>
      }
      className="py-24"
    />
  );
}
