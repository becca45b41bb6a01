"use client";

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Toaster } from "@/components/ui/toast";
import { ApiError } from "@/lib/http/client";
import { hearFailure } from "./line";

/** What every page that shows data stands in; the sign-in page does without. */
export function Providers({ children }: { children: ReactNode }) {
  const t = useTranslations("shell");
  const [queryClient] = useState(createQueryClient);
  return (
    <QueryClientProvider client={queryClient}>
      {children}
      <Toaster label={t("notifications")} />
    </QueryClientProvider>
  );
}

const FRESH_MS = 15_000;
const MAX_RETRIES = 2;

function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: (error) => hearFailure(error, false) }),
    mutationCache: new MutationCache({ onError: (error) => hearFailure(error, true) }),
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        retry: (failures, error) => failures < MAX_RETRIES && isWorthRetrying(error),
      },
    },
  });
}

/** What the server refused it refuses again; only silence and its own troubles pass. */
function isWorthRetrying(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}
