"use client";

import { SearchX, UserPlus, Users } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { useAddress } from "@/components/shared/address";
import { CodeBlock } from "@/components/shared/code-block";
import type { ColumnDef } from "@/components/shared/columns";
import { DataTable } from "@/components/shared/data-table";
import { EmptyState } from "@/components/shared/empty-state";
import { PageHeader } from "@/components/shared/page-header";
import { Phone } from "@/components/shared/phone";
import { StatusBadge, useStatusLabel } from "@/components/shared/status-badge";
import { Time } from "@/components/shared/time";
import { useListState } from "@/components/shared/use-list";
import { useOrigin } from "@/components/shared/use-origin";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import type { Contact } from "@/lib/contacts/schema";
import { CONTACT_SORTS } from "@/lib/contacts/words";
import type { Page } from "@/lib/http/paging";
import { Person } from "./person";
import { PhoneSuggestion, usePhoneSuggestion } from "./phone-suggestion";
import { CONTACT_FILTERS, exportHref, useContacts, useContactTotal } from "./queries";
import { useLanguageName } from "./use-names";
import { WindowState } from "./window-state";

const CONSENTS = ["opted_in", "opted_out", "none"] as const;
const KNOWN = {
  consent: (value: string) => CONSENTS.some((one) => one === value),
  sort: (value: string) => CONTACT_SORTS.some((one) => one === value),
};

const ADDRESS = ["new"] as const;

const ContactDialog = dynamic(() => import("./contact-dialog").then((module) => module.ContactDialog), { ssr: false });

export function ContactsTable({ firstPage }: { firstPage?: Page<Contact> }) {
  const t = useTranslations("contacts");
  const router = useRouter();
  const can = useCan();
  const state = useListState(CONTACT_FILTERS, KNOWN);
  const query = useContacts(state, state.active || state.sort ? undefined : firstPage);
  const { data: total } = useContactTotal(state);
  const columns = useColumns();
  const nationalNumber = usePhoneSuggestion(state.q);
  const consentLabel = useStatusLabel("consent");
  const [{ new: isNew }, setAddress] = useAddress(ADDRESS);
  const filters = [
    {
      name: "consent",
      label: t("filter.consent"),
      options: CONSENTS.map((value) => ({ value, label: consentLabel(value) })),
    },
  ];
  const add = can("contacts:write") ? (
    <Button variant="primary" onClick={() => setAddress({ new: "1" })}>
      <UserPlus aria-hidden />
      {t("add")}
    </Button>
  ) : null;

  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={add} />
      <DataTable
        label={t("title")}
        name="contacts"
        columns={columns}
        query={query}
        rowId={(contact) => contact.id}
        rowHref={(contact) => `/contacts/${contact.id}`}
        state={state}
        searchPlaceholder={t("search")}
        filters={filters}
        total={total}
        exportHref={exportHref(state)}
        defaultSort="-createdAt"
        empty={<NoContacts action={add} />}
        nothingFound={nationalNumber ? <NumberSuggested text={state.q} onUse={state.setQ} /> : undefined}
      />
      {isNew !== null && can("contacts:write") ? (
        <ContactDialog
          open
          onOpenChange={(open) => setAddress({ new: open ? "1" : null })}
          // The address is cleaned first: replacing it later would take the way to the new contact back.
          onDone={(contact) => {
            setAddress({ new: null });
            router.push(`/contacts/${contact.id}`);
          }}
        />
      ) : null}
    </>
  );
}

function NumberSuggested({ text, onUse }: { text: string; onUse: (e164: string) => void }) {
  const t = useTranslations("contacts.nothingFound");
  return (
    <EmptyState
      icon={SearchX}
      title={t("title")}
      description={t("number")}
      action={<PhoneSuggestion text={text} onUse={onUse} />}
    />
  );
}

function NoContacts({ action }: { action: React.ReactNode }) {
  const t = useTranslations("contacts.empty");
  const origin = useOrigin();
  const curl = `curl -X POST ${origin}/api/v1/crm/consents \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "phoneNumber": "+905551234567",
    "status": "opted_in",
    "source": "web form"
  }'`;
  return (
    <EmptyState icon={Users} title={t("title")} description={t("description")} action={action}>
      <CodeBlock title="curl" code={curl} />
    </EmptyState>
  );
}

function useColumns(): ColumnDef<Contact>[] {
  const t = useTranslations("contacts");
  const language = useLanguageName();
  return useMemo<ColumnDef<Contact>[]>(
    () => [
      {
        id: "name",
        accessorKey: "name",
        meta: {
          label: t("name"),
          className: "w-full min-w-48 max-w-0",
          card: "title",
          csv: (contact) => contact.name,
          sort: { by: "name", first: "ascending" },
        },
        cell: ({ row }) => <Person {...row.original} nameless={t("nameless")} />,
      },
      {
        id: "phoneNumber",
        accessorKey: "phoneNumber",
        meta: { label: t("phoneNumber"), className: "w-52", card: "hidden", hidden: true },
        cell: ({ row }) => <Phone number={row.original.phoneNumber} copy />,
      },
      {
        id: "marketing",
        accessorFn: (contact) => contact.consent.marketing,
        meta: { label: t("marketingConsent"), className: "w-40", card: "aside" },
        cell: ({ row }) => <StatusBadge kind="consent" status={row.original.consent.marketing} />,
      },
      {
        id: "utility",
        accessorFn: (contact) => contact.consent.utility,
        meta: { label: t("utilityConsent"), className: "w-40", card: "hidden", hidden: true },
        cell: ({ row }) => <StatusBadge kind="consent" status={row.original.consent.utility} />,
      },
      {
        id: "window",
        accessorKey: "windowClosesAt",
        meta: { label: t("window.label"), className: "w-56 min-w-56" },
        cell: ({ row }) => <WindowState closesAt={row.original.windowClosesAt} />,
      },
      {
        id: "language",
        accessorKey: "language",
        meta: { label: t("language"), className: "w-40 max-w-40", card: "hidden" },
        cell: ({ row }) => (
          <span className="block truncate text-muted">{row.original.language ? language(row.original.language) : "–"}</span>
        ),
      },
      {
        id: "createdAt",
        accessorKey: "createdAt",
        meta: {
          label: t("since"),
          align: "right",
          className: "w-36 whitespace-nowrap",
          card: "hidden",
          sort: { by: "createdAt", first: "descending" },
        },
        cell: ({ row }) => <Time at={row.original.createdAt} format="date" className="text-muted" />,
      },
    ],
    [t, language],
  );
}
