"use client";

import { useTranslations } from "next-intl";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { FaultSettings, faultsOf } from "./fault-settings";
import { MagicNumbers } from "./magic-numbers";
import { PhoneSettings } from "./phone-settings";
import { useSandboxSettings } from "./queries";

type ControlPanelProps = { integrationId: string; phone: string; onSelect: (phone: string) => void };

/** What can be changed about the phone, the numbers that always misbehave, and the faults of the whole account. */
export function ControlPanel({ integrationId, phone, onSelect }: ControlPanelProps) {
  const t = useTranslations("sandbox.control");
  const { data } = useSandboxSettings(integrationId);
  const faults = data ? faultsOf(data.settings).length : 0;
  return (
    <Card>
      <Tabs defaultValue="phone">
        <TabsList aria-label={t("label")} className="px-4 pt-1">
          <TabsTrigger value="phone">{t("phone")}</TabsTrigger>
          <TabsTrigger value="magic">{t("magic")}</TabsTrigger>
          <TabsTrigger value="faults">
            {t("faults")}
            {faults > 0 ? (
              <Badge tone="warning">
                {faults} <span className="sr-only">{t("active")}</span>
              </Badge>
            ) : null}
          </TabsTrigger>
        </TabsList>
        <TabsContent value="phone" className="p-4">
          <PhoneSettings integrationId={integrationId} phone={phone} />
        </TabsContent>
        <TabsContent value="magic" className="p-0">
          <MagicNumbers integrationId={integrationId} selected={phone} onSelect={onSelect} />
        </TabsContent>
        <TabsContent value="faults" className="p-4">
          <FaultSettings integrationId={integrationId} />
        </TabsContent>
      </Tabs>
    </Card>
  );
}
