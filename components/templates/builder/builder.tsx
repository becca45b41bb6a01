"use client";

import { Redo2, Undo2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, type KeyboardEvent, useMemo, useRef, useState } from "react";
import { ErrorNote } from "@/components/shared/error-note";
import { Note } from "@/components/shared/note";
import { PageHeader } from "@/components/shared/page-header";
import { Section } from "@/components/shared/section";
import { StatusBadge } from "@/components/shared/status-badge";
import { Time } from "@/components/shared/time";
import { UnsavedGuard } from "@/components/shared/unsaved";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Radio, RadioGroup } from "@/components/ui/radio";
import { toast } from "@/components/ui/toast";
import { ApiError } from "@/lib/http/client";
import type { Template } from "@/lib/templates/schema";
import { templateFindings } from "@/lib/whatsapp/template-draft-rules";
import type { Finding } from "@/lib/whatsapp/template-findings";
import { TEMPLATE_LIMITS } from "@/lib/whatsapp/template-rules";
import { useSaveTemplate } from "../queries";
import { AboutPart, type Locked } from "./about-part";
import { ButtonsPart } from "./buttons-part";
import { CardsPart } from "./cards-part";
import { ChecksPanel } from "./checks-panel";
import { CodePart } from "./code-part";
import { Counter } from "./counter";
import { type Draft, type Layout, newCard, toMeta } from "./draft";
import { type Change, useEditor } from "./editor";
import { HeaderPart } from "./header-part";
import { toProblems } from "./places";
import { PreviewPanel } from "./preview-panel";
import { Problems, useProblem } from "./problems";
import { StarterMenu } from "./starter-menu";
import { BodyField } from "./text-part";

type BuilderProps = {
  initial: Draft;
  /** The template that is changed; without it a new one is written. */
  template?: Template;
  /** The name of what a new one began with. */
  starter?: string;
};

/** Writes a template: each of Meta's rules is told at its field, by the rules that the API asks too. */
export function Builder({ initial, template, starter }: BuilderProps) {
  const t = useTranslations("builder");
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const editor = useEditor(initial, template?.id ?? ["new", starter].filter(Boolean).join(" "));
  const { draft, change } = editor;
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [isAsked, setAsked] = useState(false);
  const [refused, setRefused] = useState<{ draft: Draft; findings: Finding[] }>();
  const [failure, setFailure] = useState<unknown>();
  const [isLeaving, setLeaving] = useState(false);
  const save = useSaveTemplate(template);
  const isAtMeta = template !== undefined && template.metaId !== null;
  const locked: Locked = {
    identity: isAtMeta,
    category: template?.status === "APPROVED",
    account: template !== undefined,
  };

  const problems = useMemo(() => {
    const given = toMeta(draft);
    // What the server alone knows holds until something is written.
    const told = refused?.draft === draft ? refused.findings : templateFindings(given.template);
    return toProblems(told, given.places, draft);
  }, [draft, refused]);

  async function store(submit: boolean) {
    setFailure(undefined);
    const { template: written } = toMeta(draft);
    try {
      const stored = await save.mutateAsync({ written, integrationId: draft.integrationId, submit });
      editor.saved();
      setLeaving(true);
      if (submit) toast.success(t("submitted"));
      else toast.success(t("draftSaved"));
      if (submit || isAtMeta) router.push(`/templates/${stored.id}`);
      else if (!template) router.replace(`/templates/${stored.id}/edit`);
      else setLeaving(false);
    } catch (error) {
      const findings = findingsOf(error);
      if (findings.length > 0) {
        setRefused({ draft, findings });
        setAsked(true);
      }
      if (findings.every(({ rule }) => rule === ("meta" as string))) setFailure(error);
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    setAsked(true);
    const [first] = problems;
    if (first) goTo(first.field);
    else if (!save.isPending) void store(true);
  }

  function goTo(field: string) {
    const named = [...(form.current?.querySelectorAll<HTMLElement>("[name]") ?? [])];
    const nameOf = (element: HTMLElement) => element.getAttribute("name") ?? "";
    const found =
      named.find((element) => nameOf(element) === field) ??
      named.find((element) => nameOf(element).startsWith(`${field}.`)) ??
      named.find((element) => field.startsWith(nameOf(element)) && nameOf(element) !== "");
    setTouched((before) => new Set([...before, field]));
    found?.focus();
    found?.scrollIntoView({ block: "center", behavior: "smooth" });
  }

  function onKeyDown(event: KeyboardEvent) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (key === "z" && event.shiftKey) editor.redo();
    else if (key === "z") editor.undo();
    else if (key === "y") editor.redo();
    else if (key === "s" && !isAtMeta) void store(false);
    else return;
    event.preventDefault();
  }

  return (
    <form
      ref={form}
      noValidate
      onSubmit={submit}
      onKeyDown={onKeyDown}
      onBlurCapture={({ target }) => {
        const name = target.getAttribute("name");
        if (name) setTouched((before) => (before.has(name) ? before : new Set([...before, name])));
      }}
    >
      <UnsavedGuard when={editor.isChanged && !isLeaving && template !== undefined} />
      <PageHeader
        back={
          template ? { href: `/templates/${template.id}`, label: template.name } : { href: "/templates", label: t("templates") }
        }
        title={template ? t("editTitle", { name: template.name }) : t("title")}
        aside={template ? <StatusBadge kind="template" status={template.status} /> : undefined}
        description={t(isAtMeta ? "editDescription" : "description")}
        actions={
          <>
            {template ? null : <StarterMenu language={draft.language} />}
            <Button
              variant="ghost"
              size="icon"
              aria-label={t("undo")}
              title={`${t("undo")} (Ctrl Z)`}
              disabled={!editor.canUndo}
              onClick={editor.undo}
              className="max-md:flex-none!"
            >
              <Undo2 aria-hidden />
            </Button>
            <Button
              variant="ghost"
              size="icon"
              aria-label={t("redo")}
              title={`${t("redo")} (Ctrl ⇧ Z)`}
              disabled={!editor.canRedo}
              onClick={editor.redo}
              className="max-md:flex-none!"
            >
              <Redo2 aria-hidden />
            </Button>
          </>
        }
      />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <Problems problems={problems} touched={touched} isAsked={isAsked}>
          <div className="grid gap-5">
            {editor.isRestored ? (
              <Note
                title={t("restored")}
                action={
                  <Button size="sm" onClick={editor.startOver}>
                    {t("startOver")}
                  </Button>
                }
              />
            ) : null}
            {template?.status === "APPROVED" ? <EditLimit template={template} /> : null}
            <AboutPart draft={draft} change={change} locked={locked} />
            {draft.category === "AUTHENTICATION" ? (
              <CodePart draft={draft} change={change} />
            ) : (
              <ContentPart draft={draft} change={change} />
            )}
          </div>
        </Problems>
        <aside className="sticky top-17 grid gap-5 max-lg:static" aria-label={t("preview.title")}>
          <PreviewPanel draft={draft} />
          <ChecksPanel problems={problems} onGo={goTo}>
            <ErrorNote error={failure} title={t("notSaved")} />
            <div className="flex flex-wrap gap-2">
              {isAtMeta ? null : (
                <Button
                  className="flex-1"
                  loading={save.isPending && save.variables?.submit === false}
                  onClick={() => void store(false)}
                >
                  {t("saveDraft")}
                </Button>
              )}
              <Button
                className="flex-1"
                type="submit"
                variant="primary"
                loading={save.isPending && save.variables?.submit === true}
              >
                {t(isAtMeta ? "submitChange" : "submit")}
              </Button>
            </div>
            <p className="text-muted text-xs">{t("submitHint")}</p>
          </ChecksPanel>
        </aside>
      </div>
    </form>
  );
}

function findingsOf(error: unknown): Finding[] {
  if (!(error instanceof ApiError) || error.code !== "template_invalid" || !Array.isArray(error.details)) return [];
  return error.details as Finding[];
}

function EditLimit({ template }: { template: Template }) {
  const t = useTranslations("builder.limits");
  const [now] = useState(() => Date.now());
  const waits = template.nextEditAt !== null && Date.parse(template.nextEditAt) > now;
  return (
    <Note tone={waits ? "warning" : "info"} title={t(waits ? "waitTitle" : "title")}>
      {t("text")}
      {waits && template.nextEditAt ? (
        <>
          {" "}
          {t("next")} <Time at={template.nextEditAt} />
        </>
      ) : null}
    </Note>
  );
}

/** What the message says, and how it is laid out. */
function ContentPart({ draft, change }: { draft: Draft; change: Change }) {
  const t = useTranslations("builder");
  const problem = useProblem();
  const { layout } = draft;
  const layouts: readonly Layout[] =
    draft.category === "MARKETING" ? ["standard", "carousel", "offer"] : ["standard", "carousel"];
  const limit = layout === "offer" ? TEMPLATE_LIMITS.bodyOfLimitedTimeOffer : TEMPLATE_LIMITS.body;
  return (
    <>
      <Section title={t("content.title")}>
        <div className="grid gap-5">
          <Field label={t("content.layout")}>
            <RadioGroup
              className="flex flex-wrap gap-x-6"
              value={layout}
              onValueChange={(next) => change("layout", (before) => withLayout(before, next as Layout))}
            >
              {layouts.map((one) => (
                <Radio key={one} value={one} label={t(`content.layouts.${one}`)} />
              ))}
            </RadioGroup>
          </Field>
          {layout === "carousel" ? null : <HeaderPart draft={draft} change={change} />}
          {layout === "offer" ? (
            <Field
              label={t("content.offer")}
              hint={t("content.offerHint")}
              error={problem("offer.limited_time_offer.text")}
              aside={<Counter text={draft.offer.text} limit={TEMPLATE_LIMITS.limitedTimeOfferText} />}
              className="max-w-80"
            >
              <Input
                name="offer.limited_time_offer.text"
                value={draft.offer.text}
                onChange={({ target: { value } }) =>
                  change("offer.text", (before) => ({ ...before, offer: { ...before.offer, text: value } }))
                }
              />
            </Field>
          ) : null}
          <BodyField
            draft={draft}
            change={change}
            place="body"
            field="body"
            value={draft.body}
            limit={limit}
            label={t("content.body")}
            hint={t("content.bodyHint")}
            onChange={(before, body) => ({ ...before, body })}
          />
          {layout === "standard" ? (
            <Field
              label={t("content.footer")}
              aside={draft.footer ? <Counter text={draft.footer} limit={TEMPLATE_LIMITS.footer} /> : t("content.optional")}
              error={problem("footer.text")}
            >
              <Input
                name="footer.text"
                value={draft.footer}
                onChange={({ target: { value } }) => change("footer", { footer: value })}
              />
            </Field>
          ) : null}
        </div>
      </Section>
      {layout === "carousel" ? (
        <CardsPart draft={draft} change={change} />
      ) : (
        <Section title={t("buttons.title")} description={t("buttons.description")}>
          <ButtonsPart
            buttons={draft.buttons}
            field="buttons"
            most={TEMPLATE_LIMITS.buttons}
            onChange={(field, buttons) => change(field, { buttons })}
            optOut={
              draft.category === "MARKETING" ? { id: draft.optOut, choose: (optOut) => change("optOut", { optOut }) } : undefined
            }
          />
        </Section>
      )}
    </>
  );
}

function withLayout(draft: Draft, layout: Layout): Draft {
  const isFile = draft.header.format === "IMAGE" || draft.header.format === "VIDEO";
  return {
    ...draft,
    layout,
    header: layout === "offer" && !isFile ? { format: "NONE", text: "", sample: "" } : draft.header,
    cards: layout === "carousel" && draft.cards.length === 0 ? twoCards() : draft.cards,
  };
}

function twoCards() {
  const first = newCard();
  return [first, newCard(first)];
}
