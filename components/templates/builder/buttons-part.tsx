"use client";

import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { CheckboxField } from "@/components/ui/choice";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { TEMPLATE_LIMITS } from "@/lib/whatsapp/template-rules";
import { Counter } from "./counter";
import { BUTTON_TYPES, type ButtonType, type DraftButton, newButton } from "./draft";
import { useProblem } from "./problems";

type ButtonsPartProps = {
  buttons: readonly DraftButton[];
  onChange: (field: string, buttons: DraftButton[]) => void;
  /** What problems call them: `buttons`, or `cards.<id>.buttons`. */
  field: string;
  most: number;
  types?: readonly ButtonType[];
  /** The quick reply that stops offers, where one can be chosen. */
  optOut?: { id: string | null; choose: (id: string | null) => void } | undefined;
};

/** The buttons under a message, in their order. */
export function ButtonsPart({ buttons, onChange, field, most, types = BUTTON_TYPES, optOut }: ButtonsPartProps) {
  const t = useTranslations("builder.buttons");
  const problem = useProblem();
  const told = problem(field, `${field}.type`);
  const replace = (index: number, part: Partial<DraftButton>, what: string) =>
    onChange(
      `${field}.${index}.${what}`,
      buttons.map((button, at) => (at === index ? { ...button, ...part } : button)),
    );
  const move = (index: number, by: number) => {
    const next = [...buttons];
    const [moved] = next.splice(index, 1);
    if (moved) next.splice(index + by, 0, moved);
    onChange(`${field} order`, next);
  };
  return (
    <div className="grid gap-3">
      {buttons.length > 0 ? (
        <ol className="grid gap-3">
          {buttons.map((button, index) => (
            <li key={button.id} className="grid gap-3 rounded-md border p-3">
              <div className="flex items-center gap-1">
                <span className="flex-1 font-medium text-sm">{t(`types.${button.type}`)}</span>
                <Button
                  variant="ghost"
                  size="icon-sm"
                  aria-label={t("up", { number: index + 1 })}
                  title={t("up", { number: index + 1 })}
                  disabled={index === 0}
                  onClick={() => move(index, -1)}
                >
                  <ArrowUp aria-hidden />
                </Button>
                <Button
                  variant="ghost"
                  size="icon-sm"
                  aria-label={t("down", { number: index + 1 })}
                  title={t("down", { number: index + 1 })}
                  disabled={index === buttons.length - 1}
                  onClick={() => move(index, 1)}
                >
                  <ArrowDown aria-hidden />
                </Button>
                <Button
                  variant="ghost"
                  size="icon-sm"
                  aria-label={t("remove", { number: index + 1 })}
                  title={t("remove", { number: index + 1 })}
                  onClick={() =>
                    onChange(
                      `${field} removed`,
                      buttons.filter((one) => one.id !== button.id),
                    )
                  }
                >
                  <Trash2 aria-hidden />
                </Button>
              </div>
              <ButtonFields button={button} field={`${field}.${index}`} onChange={(part, what) => replace(index, part, what)} />
              {optOut && button.type === "QUICK_REPLY" ? (
                <CheckboxField
                  label={t("optOut")}
                  hint={t("optOutHint")}
                  checked={optOut.id === button.id}
                  onCheckedChange={(checked) => optOut.choose(checked ? button.id : null)}
                />
              ) : null}
            </li>
          ))}
        </ol>
      ) : null}
      {told ? <p className="text-danger text-xs">{told}</p> : null}
      {buttons.length < most ? (
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button className="w-fit" name={field}>
              <Plus aria-hidden />
              {t("add")}
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent>
            {types.map((type) => (
              <DropdownMenuItem
                key={type}
                disabled={buttons.filter((button) => button.type === type).length >= MOST[type]}
                onSelect={() => onChange(`${field} added`, placed(buttons, newButton(type)))}
              >
                <span className="grid">
                  <span>{t(`types.${type}`)}</span>
                  <span className="text-muted text-xs">{t(`hints.${type}`)}</span>
                </span>
              </DropdownMenuItem>
            ))}
          </DropdownMenuContent>
        </DropdownMenu>
      ) : null}
    </div>
  );
}

const MOST: Record<ButtonType, number> = {
  QUICK_REPLY: TEMPLATE_LIMITS.quickReplyButtons,
  URL: TEMPLATE_LIMITS.urlButtons,
  PHONE_NUMBER: TEMPLATE_LIMITS.phoneButtons,
  COPY_CODE: TEMPLATE_LIMITS.copyCodeButtons,
  FLOW: 1,
};

/** Quick replies stand together: a new one joins the others, another one stays on the side of those that are none. */
export function placed(buttons: readonly DraftButton[], added: DraftButton): DraftButton[] {
  const isReply = (button: DraftButton) => button.type === "QUICK_REPLY";
  const same = buttons.findLastIndex((button) => isReply(button) === isReply(added));
  if (same < 0) return [...buttons, added];
  return [...buttons.slice(0, same + 1), added, ...buttons.slice(same + 1)];
}

type ButtonFieldsProps = {
  button: DraftButton;
  field: string;
  onChange: (part: Partial<DraftButton>, what: string) => void;
};

function ButtonFields({ button, field, onChange }: ButtonFieldsProps) {
  const t = useTranslations("builder.buttons");
  const problem = useProblem();
  const { type } = button;
  const input = (
    key: "text" | "url" | "example" | "phone" | "code" | "flowId",
    at: string,
    props: Partial<Parameters<typeof Input>[0]> = {},
  ) => (
    <Input
      name={`${field}.${at}`}
      autoComplete="off"
      value={button[key]}
      onChange={(event) => onChange({ [key]: event.target.value }, key)}
      {...props}
    />
  );
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {type === "COPY_CODE" ? null : (
        <Field
          label={t("text")}
          error={problem(`${field}.text`)}
          aside={<Counter text={button.text} limit={TEMPLATE_LIMITS.buttonText} />}
        >
          {input("text", "text")}
        </Field>
      )}
      {type === "URL" ? (
        <>
          <Field label={t("url")} error={problem(`${field}.url`)} hint={t("urlHint", { variable: "{{1}}" })}>
            {input("url", "url", { type: "url", inputMode: "url", placeholder: "https://example.com/{{1}}" })}
          </Field>
          {button.url.includes("{{") ? (
            <Field
              label={t("urlExample")}
              error={problem(`${field}.example`)}
              hint={t("urlExampleHint")}
              className="sm:col-span-2"
            >
              {input("example", "example", { placeholder: button.url.replace("{{1}}", "TR-1001") })}
            </Field>
          ) : null}
        </>
      ) : null}
      {type === "PHONE_NUMBER" ? (
        <Field label={t("phone")} error={problem(`${field}.phone_number`)}>
          {input("phone", "phone_number", { type: "tel", placeholder: "+90 532 123 45 67" })}
        </Field>
      ) : null}
      {type === "COPY_CODE" ? (
        <Field
          label={t("code")}
          error={problem(`${field}.example`)}
          hint={t("codeHint")}
          aside={<Counter text={button.code} limit={TEMPLATE_LIMITS.code} />}
        >
          {input("code", "example", { className: "font-mono", placeholder: "SAVE10" })}
        </Field>
      ) : null}
      {type === "FLOW" ? (
        <Field label={t("flow")} error={problem(field)} hint={t("flowHint")}>
          {input("flowId", "flow", { className: "font-mono", inputMode: "numeric" })}
        </Field>
      ) : null}
    </div>
  );
}
