import { getTranslations } from "next-intl/server";
import { Sandbox } from "@/components/sandbox/sandbox";

export async function generateMetadata() {
  const t = await getTranslations("sandbox");
  return { title: t("title") };
}

export default function SandboxPage() {
  return <Sandbox />;
}
