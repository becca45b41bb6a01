"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";

/** The word for Meta's category; one that is not known here is shown as it stands. */
export function useCategoryLabel(): (category: string) => string {
  const t = useTranslations("status.category");
  return useCallback((category) => (t.has(category as never) ? t(category as never) : category), [t]);
}
