import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { EditIntegration } from "@/components/integrations/edit-integration";
import { getSession } from "@/lib/auth/session";
import { allows } from "@/lib/organizations/permissions";
import { readIntegration } from "../read";

type Params = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Params) {
  const t = await getTranslations("integrations.editing");
  const { name } = await readIntegration((await params).id);
  return { title: t("title", { name }) };
}

export default async function EditIntegrationPage({ params }: Params) {
  const { id } = await params;
  const session = await getSession();
  if (!session || !allows(session.permissions, "integrations:write")) redirect(`/integrations/${id}`);
  return <EditIntegration integration={await readIntegration(id)} />;
}
