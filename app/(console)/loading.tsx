import { getTranslations } from "next-intl/server";
import { Skeleton } from "@/components/ui/skeleton";

export default async function Loading() {
  const t = await getTranslations("common");
  return (
    <div role="status" aria-label={t("loading")}>
      <Skeleton className="h-7 w-48" />
      <Skeleton className="mt-2 h-4 w-80 max-w-full" />
      <div className="mt-5 overflow-hidden rounded-lg border bg-surface-raised">
        <div className="h-8 border-b bg-surface" />
        {Array.from({ length: 10 }, (_, row) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never move.
            key={row}
            className="flex h-10 items-center gap-6 border-b px-4 last:border-0 max-md:h-20"
          >
            <Skeleton className="h-3 w-2/5" />
            <Skeleton className="h-3 w-1/5" />
            <Skeleton className="h-3 w-1/6 max-md:hidden" />
          </div>
        ))}
      </div>
    </div>
  );
}
