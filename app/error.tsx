"use client";

import { lazy, Suspense } from "react";

/** Stands in the bundle of every page, and is hardly ever needed. */
const FailedPage = lazy(() => import("@/components/shell/failed-page").then((module) => ({ default: module.FailedPage })));

export default function RootError({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <main className="grid min-h-[70dvh] place-items-center">
      <Suspense>
        <FailedPage error={error} retry={retry} />
      </Suspense>
    </main>
  );
}
