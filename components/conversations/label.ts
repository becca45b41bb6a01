"use client";

import { useTranslations } from "next-intl";
import type { ThreadItem } from "./thread";

/** What is to be known of where a message comes from, in one line; undefined where there is nothing. */
export function useLabel(): (item: Pick<ThreadItem, "message" | "isEdited">) => string | undefined {
  const t = useTranslations("conversations.thread");
  return ({ message: { envelope, direction }, isEdited }) => {
    const parts = [
      direction === "echo" && t("phoneApp"),
      envelope?.groupId && t("group"),
      envelope?.frequentlyForwarded ? t("forwardedOften") : envelope?.forwarded && t("forwarded"),
      envelope?.referral && t("ad"),
      envelope?.referredProduct && t("product"),
      isEdited && t("edited"),
    ].filter(Boolean);
    return parts.length > 0 ? parts.join(" · ") : undefined;
  };
}
