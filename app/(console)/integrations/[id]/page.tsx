import { IntegrationDetail } from "@/components/integrations/integration-detail";
import { readIntegration } from "./read";

type Params = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Params) {
  const integration = await readIntegration((await params).id);
  return { title: integration.name };
}

export default async function IntegrationPage({ params }: Params) {
  return <IntegrationDetail initial={await readIntegration((await params).id)} />;
}
