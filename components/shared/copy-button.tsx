"use client";

import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Button, type ButtonProps } from "@/components/ui/button";

const SHOWN_MS = 1500;

/** Copies and says so for a moment. */
export function useCopy(): { copied: boolean; copy: (text: string) => Promise<void> } {
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    copied,
    copy: async (text) => {
      await writeClipboard(text);
      setCopied(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setCopied(false), SHOWN_MS);
    },
  };
}

/** The clipboard API needs https or localhost; a console reached by plain http in an office has neither. */
async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

type CopyButtonProps = Omit<ButtonProps, "children" | "onClick"> & {
  value: string;
  /** What is copied, for those who do not see where the button stands: "message id". */
  name?: string;
  /** Words beside the icon. */
  label?: string;
};

export function CopyButton({ value, name, label, variant = "ghost", size, ...props }: CopyButtonProps) {
  const t = useTranslations("common");
  const { copied, copy } = useCopy();
  const Icon = copied ? Check : Copy;
  return (
    <Button
      variant={variant}
      size={size ?? (label ? "sm" : "icon-sm")}
      aria-label={label ? undefined : name ? t("copyNamed", { name }) : t("copy")}
      title={copied ? t("copied") : undefined}
      onClick={(event) => {
        event.preventDefault();
        event.stopPropagation();
        void copy(value);
      }}
      {...props}
    >
      <Icon aria-hidden className={copied ? "text-success" : undefined} />
      {label ? (copied ? t("copied") : label) : null}
      <span role="status" className="sr-only">
        {copied && !label ? t("copied") : null}
      </span>
    </Button>
  );
}
