"use client";

import { Moon, Sun } from "lucide-react";
import { useTranslations } from "next-intl";
import { useTheme } from "next-themes";
import { useState } from "react";
import { TemplateBubble } from "@/components/shared/content-bubble";
import { useHydrated } from "@/components/shared/use-hydrated";
import { WhatsappWall } from "@/components/shared/whatsapp-bubble";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { codeTexts } from "@/lib/whatsapp/code-texts";
import { renderTemplate, templateVariables } from "@/lib/whatsapp/template-rules";
import { type Draft, toMeta } from "./draft";
import { useSample } from "./samples";

/** The clock of a phone in a picture. */
const AT = "2026-01-01T06:41:00.000Z";
const CODE = "123456";

/** The message as a phone shows it, light or dark, while it is written. */
export function PreviewPanel({ draft }: { draft: Draft }) {
  const t = useTranslations("builder.preview");
  const { resolvedTheme } = useTheme();
  const isHydrated = useHydrated();
  const [chosen, setChosen] = useState<"light" | "dark" | null>(null);
  const theme = chosen ?? (isHydrated && resolvedTheme === "dark" ? "dark" : "light");
  const Icon = theme === "dark" ? Sun : Moon;
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t("title")}</CardTitle>
        <Button variant="ghost" size="sm" onClick={() => setChosen(theme === "dark" ? "light" : "dark")}>
          <Icon aria-hidden />
          {t(theme === "dark" ? "light" : "dark")}
        </Button>
      </CardHeader>
      <div className={theme}>
        <WhatsappWall className="max-h-[56vh] min-h-48 overflow-y-auto rounded-t-none border-0 px-4 py-5">
          <Bubble draft={draft} />
        </WhatsappWall>
      </div>
      {draft.category === "AUTHENTICATION" ? <p className="border-t px-4 py-2 text-muted text-xs">{t("codeNote")}</p> : null}
    </Card>
  );
}

function Bubble({ draft }: { draft: Draft }) {
  const header = useSample(draft.header.sample);
  const shape = { components: shownComponents(draft), parameterFormat: draft.format };
  const values = Object.fromEntries(
    templateVariables(shape.components, draft.format).flatMap(({ key, example }) => (example ? [[key, example]] : [])),
  );
  const rendered = renderTemplate(shape, draft.category === "AUTHENTICATION" ? [CODE] : values);
  return (
    <TemplateBubble
      rendered={rendered}
      files={{ header: header?.type === "image" ? header.url : undefined }}
      at={AT}
      status="read"
    />
  );
}

/** What Meta makes of the draft: an authentication template has Meta's own words. */
function shownComponents(draft: Draft): unknown[] {
  if (draft.category !== "AUTHENTICATION") return toMeta(draft).template.components;
  const words = codeTexts(draft.language);
  const { advice, minutes, text, otp, autofill } = draft.code;
  const button = otp === "COPY_CODE" ? text || words.button : autofill || words.autofill;
  return [
    { type: "BODY", text: words.body + (advice ? words.advice : "") },
    ...(/^\d+$/.test(minutes) ? [{ type: "FOOTER", text: words.footer(Number(minutes)) }] : []),
    ...(otp === "ZERO_TAP" ? [] : [{ type: "BUTTONS", buttons: [{ type: "OTP", text: button }] }]),
  ];
}
