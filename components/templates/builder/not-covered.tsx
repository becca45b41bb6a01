"use client";

import { PackageX } from "lucide-react";
import { useTranslations } from "next-intl";
import { EmptyState } from "@/components/shared/empty-state";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";

/** A template with parts that the builder would lose. */
export function NotCovered({ id }: { id: string }) {
  const t = useTranslations("builder.notCovered");
  return (
    <Card>
      <EmptyState
        icon={PackageX}
        title={t("title")}
        description={t("text")}
        action={
          <Button asChild>
            <Link href={`/templates/${id}`}>{t("back")}</Link>
          </Button>
        }
      />
    </Card>
  );
}
