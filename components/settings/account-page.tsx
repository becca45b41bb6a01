"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { LogOut, Monitor, Smartphone } from "lucide-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { signInWithOidc } from "@/components/auth/sign-in";
import { ConfirmDialog } from "@/components/shared/confirm-dialog";
import { ErrorNote } from "@/components/shared/error-note";
import { Note } from "@/components/shared/note";
import { Section } from "@/components/shared/section";
import { Time } from "@/components/shared/time";
import { useErrorText } from "@/components/shared/use-error-text";
import { useFieldText } from "@/components/shared/use-field-text";
import { signOut } from "@/components/shell/choices";
import { useOwnLanguage } from "@/components/shell/own-language";
import { useSession } from "@/components/shell/session";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PasswordInput } from "@/components/ui/password-input";
import { NativeSelect } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast";
import { applyFieldErrors } from "@/lib/http/client";
import { isLanguage, LANGUAGE_NAMES, LANGUAGES } from "@/lib/i18n/languages";
import { Password, type Role, type Session } from "@/lib/organizations/schema";
import { browserOf } from "./browser";
import { useMe, useRevokeOtherSessions, useRevokeSession, useSessions, useUpdateMe } from "./queries";
import { SecondFactor } from "./second-factor";
import { SignIns } from "./sign-ins";

type AccountPageProps = {
  /** The person has just given up their own higher role. */
  lowered?: Role;
  /** The word of the single sign-on; null when there is none. */
  oidcName: string | null;
};

export function AccountPage({ lowered, oidcName }: AccountPageProps) {
  const t = useTranslations("settings.account");
  const roles = useTranslations("shell.roles");
  return (
    <div className="grid max-w-3xl gap-5">
      {lowered ? <Note title={t("lowered.title", { role: roles(lowered) })}>{t("lowered.description")}</Note> : null}
      <Profile />
      {oidcName ? <SingleSignOn name={oidcName} /> : null}
      <PasswordForm />
      <SecondFactor />
      <Sessions />
      <SignIns />
    </div>
  );
}

/** Connecting from one's own session keeps password, tokens and links; from the sign-in page they would end. */
function SingleSignOn({ name }: { name: string }) {
  const t = useTranslations("settings.account.sso");
  const { data: me } = useMe();
  const [failed, setFailed] = useState(false);
  if (!me?.signIn || me.signIn.singleSignOn) return null;
  return (
    <Section title={name} description={t("description", { name })}>
      <div className="grid gap-3">
        {failed ? <Note tone="danger">{t("failed", { name })}</Note> : null}
        <Button className="justify-self-start" onClick={async () => setFailed(!(await signInWithOidc("/settings/account")))}>
          {t("connect", { name })}
        </Button>
      </div>
    </Section>
  );
}

const ProfileForm = z.object({ name: z.string().trim().min(1, "Give a name").max(120) });

function Profile() {
  const t = useTranslations("settings.account");
  const common = useTranslations("common");
  const fieldText = useFieldText();
  const router = useRouter();
  const { user } = useSession();
  const language = useLocale();
  const chooseLanguage = useOwnLanguage();
  const update = useUpdateMe();
  const [failure, setFailure] = useState<unknown>();
  const { register, handleSubmit, setError, reset, formState } = useForm({
    resolver: zodResolver(ProfileForm),
    defaultValues: { name: user.name },
  });
  const { errors, isSubmitting, isDirty } = formState;
  return (
    <form
      noValidate
      onSubmit={handleSubmit(async (input) => {
        setFailure(undefined);
        try {
          await update.mutateAsync(input);
          reset(input);
          toast.success(common("saved"));
          router.refresh();
        } catch (error) {
          if (!applyFieldErrors(error, setError)) setFailure(error);
        }
      })}
    >
      <Section
        title={t("profile.title")}
        footer={
          <Button type="submit" variant="primary" loading={isSubmitting} disabled={!isDirty}>
            {common("save")}
          </Button>
        }
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("profile.name")} error={fieldText(errors.name)}>
            <Input autoComplete="name" {...register("name")} />
          </Field>
          <Field label={t("profile.email")} hint={t("profile.emailHint")}>
            <Input value={user.email} disabled />
          </Field>
          <Field label={t("profile.language")} hint={t("profile.languageHint")}>
            <NativeSelect
              value={language}
              onChange={(event) => isLanguage(event.target.value) && chooseLanguage(event.target.value)}
            >
              {LANGUAGES.map((code) => (
                <option key={code} value={code} lang={code}>
                  {LANGUAGE_NAMES[code]}
                </option>
              ))}
            </NativeSelect>
          </Field>
          <ErrorNote error={failure} title={t("notSaved")} className="sm:col-span-2" />
        </div>
      </Section>
    </form>
  );
}

const NewPassword = z.object({
  currentPassword: z.string().min(1, "Give your current password").max(200),
  newPassword: Password,
});

function PasswordForm() {
  const t = useTranslations("settings.account.password");
  const fieldText = useFieldText();
  const { user } = useSession();
  const update = useUpdateMe();
  const [failure, setFailure] = useState<unknown>();
  const { register, handleSubmit, setError, reset, formState } = useForm({
    resolver: zodResolver(NewPassword),
    defaultValues: { currentPassword: "", newPassword: "" },
  });
  const { errors, isSubmitting } = formState;
  return (
    <form
      noValidate
      onSubmit={handleSubmit(async (input) => {
        setFailure(undefined);
        try {
          await update.mutateAsync(input);
          reset();
          toast.success(t("changed"));
        } catch (error) {
          if (!applyFieldErrors(error, setError)) setFailure(error);
        }
      })}
    >
      <Section
        title={t("title")}
        description={t("description")}
        footer={
          <Button type="submit" variant="primary" loading={isSubmitting}>
            {t("action")}
          </Button>
        }
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <input type="email" name="username" value={user.email} autoComplete="username" readOnly hidden />
          <Field label={t("current")} error={fieldText(errors.currentPassword)}>
            <PasswordInput autoComplete="current-password" {...register("currentPassword")} />
          </Field>
          <Field label={t("new")} hint={t("hint")} error={fieldText(errors.newPassword)}>
            <PasswordInput autoComplete="new-password" {...register("newPassword")} />
          </Field>
          <ErrorNote error={failure} title={t("notChanged")} className="sm:col-span-2" />
        </div>
      </Section>
    </form>
  );
}

function Sessions() {
  const t = useTranslations("settings.account.sessions");
  const query = useSessions();
  const revokeOthers = useRevokeOtherSessions();
  const sessions = query.data?.pages.flatMap((page) => page.data) ?? [];
  const others = sessions.filter((session) => !session.current).length;
  return (
    <Section
      title={t("title")}
      description={t("description")}
      padded={false}
      actions={
        <>
          {others > 0 ? (
            <ConfirmDialog
              trigger={<Button size="sm">{t("others.action")}</Button>}
              title={t("others.title")}
              description={t("others.description", { count: others })}
              action={t("others.confirm")}
              onConfirm={async () => {
                const { revoked } = await revokeOthers.mutateAsync(undefined);
                toast.success(t("others.done", { count: revoked }));
              }}
            />
          ) : null}
          <Button size="sm" onClick={() => void signOut()}>
            <LogOut aria-hidden />
            {t("signOut")}
          </Button>
        </>
      }
    >
      {query.isPending ? (
        <div className="grid gap-3 p-4">
          <Skeleton className="h-8 w-full" />
          <Skeleton className="h-8 w-full" />
        </div>
      ) : query.error ? (
        <ErrorNote error={query.error} title={t("failed")} onRetry={() => void query.refetch()} className="m-4" />
      ) : (
        <ul>
          {sessions.map((session) => (
            <SessionLine key={session.id} session={session} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function SessionLine({ session }: { session: Session }) {
  const t = useTranslations("settings.account.sessions");
  const explain = useErrorText();
  const revoke = useRevokeSession();
  const { name, isPhone } = browserOf(session.userAgent);
  const Icon = isPhone ? Smartphone : Monitor;
  return (
    <li className="flex items-center gap-3 border-b px-4 py-3 text-sm last:border-0">
      <Icon className="size-4 shrink-0 text-muted" aria-hidden />
      <div className="grid min-w-0 flex-1 gap-0.5">
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium" title={session.userAgent ?? undefined}>
            {name ?? t("unknownBrowser")}
          </span>
          {session.current ? <Badge tone="success">{t("current")}</Badge> : null}
        </span>
        <span className="text-muted text-xs">
          {t.rich("seen", { at: () => <Time at={session.lastSeenAt} /> })} ·{" "}
          {t.rich("since", { at: () => <Time at={session.createdAt} format="date" /> })}
          {session.ip ? ` · ${session.ip}` : ""}
        </span>
      </div>
      {session.current ? null : (
        <Button
          size="sm"
          variant="danger-ghost"
          loading={revoke.isPending}
          aria-label={t("revokeNamed", { browser: name ?? t("unknownBrowser") })}
          onClick={() =>
            revoke.mutate(session.id, {
              onSuccess: () => toast.success(t("revoked")),
              onError: (error) => toast.error(t("notRevoked"), { description: explain(error).message }),
            })
          }
        >
          {t("revoke")}
        </Button>
      )}
    </li>
  );
}
