"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { useErrorText } from "@/components/shared/use-error-text";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import { api } from "@/lib/http/client";
import type { FileFacts } from "@/lib/media/schema";

/** Fetches a file that did not come again. */
export function RetryFile({ id }: { id: string }) {
  const t = useTranslations("shared.bubble.file");
  const explain = useErrorText();
  const queryClient = useQueryClient();
  const again = useMutation({
    mutationFn: () => api.post<FileFacts>(`/media/${id}/fetch`),
    onError: (failure) => toast.error(t("notAsked"), { description: explain(failure).message }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["messages"] }),
  });
  const can = useCan();
  if (!can("messages:write")) return null;
  return (
    <Button size="sm" className="mx-auto w-fit" loading={again.isPending} onClick={() => again.mutate()}>
      {again.isPending ? null : <RotateCw aria-hidden />}
      {t("retry")}
    </Button>
  );
}
