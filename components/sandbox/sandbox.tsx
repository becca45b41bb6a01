"use client";

import { Smartphone } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAllIntegrations } from "@/components/messages/queries";
import { useAddress } from "@/components/shared/address";
import { EmptyState } from "@/components/shared/empty-state";
import { ErrorNote } from "@/components/shared/error-note";
import { PageHeader } from "@/components/shared/page-header";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { readE164 } from "@/lib/phone-format";
import { ControlPanel } from "./control-panel";
import { PhoneList } from "./phone-list";
import { useChats } from "./queries";
import { VirtualPhone } from "./virtual-phone";

/** The guide's number: what a newcomer sends to first. */
const FIRST_PHONE = "+905551234567";

const ADDRESS = ["phone", "integration"] as const;

/** The customer's side: a virtual phone for every number, and what can be made to go wrong. */
export function Sandbox() {
  const t = useTranslations("sandbox");
  const [address, setAddress] = useAddress(ADDRESS);
  const { data: integrations, error, refetch } = useAllIntegrations();
  const sandboxes = integrations?.filter((integration) => integration.config.sandbox) ?? [];
  const chosen =
    sandboxes.find((integration) => integration.id === address.integration) ?? sandboxes.find((x) => x.isDefault) ?? sandboxes[0];
  const asked = readE164((address.phone ?? "").replace(/^ /, "+"));

  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          sandboxes.length > 1 ? (
            <Select
              aria-label={t("account")}
              className="w-56"
              value={chosen?.id}
              onValueChange={(id) => setAddress({ integration: id, phone: null })}
              options={sandboxes.map(({ id, name }) => ({ value: id, label: name }))}
            />
          ) : null
        }
      />
      {error ? <ErrorNote error={error} title={t("failed")} onRetry={() => void refetch()} /> : null}
      {chosen ? (
        <Room key={chosen.id} integrationId={chosen.id} asked={asked} onSelect={(phone) => setAddress({ phone })} />
      ) : integrations ? (
        <NoSandbox />
      ) : error ? null : (
        <RoomSkeleton />
      )}
    </>
  );
}

type RoomProps = { integrationId: string; asked: string | null; onSelect: (phone: string) => void };

function Room({ integrationId, asked, onSelect }: RoomProps) {
  const { data: chats, error } = useChats(integrationId);
  // Chosen once: the list is ordered by the latest word, and the phone in hand must not change with it.
  const [first, setFirst] = useState<string>();
  if (!first && (chats || error)) setFirst(chats?.items.find((chat) => chat.lastMessage)?.phone ?? FIRST_PHONE);
  const phone = asked ?? first;
  if (!phone) return <RoomSkeleton />;
  return (
    <div className="grid items-start gap-5 md:grid-cols-[minmax(0,24rem)_minmax(0,1fr)] xl:grid-cols-[15rem_24rem_minmax(0,1fr)]">
      <PhoneList integrationId={integrationId} selected={phone} onSelect={onSelect} className="md:max-xl:col-span-2" />
      <VirtualPhone key={phone} integrationId={integrationId} phone={phone} />
      <ControlPanel integrationId={integrationId} phone={phone} onSelect={onSelect} />
    </div>
  );
}

function NoSandbox() {
  const t = useTranslations("sandbox.none");
  const can = useCan();
  return (
    <Card>
      <EmptyState
        icon={Smartphone}
        title={t("title")}
        description={t("description")}
        action={
          can("integrations:write") ? (
            <Button asChild variant="primary">
              <Link href="/integrations/new">{t("connect")}</Link>
            </Button>
          ) : null
        }
      />
    </Card>
  );
}

function RoomSkeleton() {
  return (
    <div className="grid gap-5 md:grid-cols-[minmax(0,24rem)_minmax(0,1fr)] xl:grid-cols-[15rem_24rem_minmax(0,1fr)]" aria-hidden>
      <Skeleton className="h-80 max-xl:hidden" />
      <Skeleton className="h-[40rem] rounded-[2.5rem]" />
      <Skeleton className="h-96" />
    </div>
  );
}
