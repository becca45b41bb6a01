"use client";

import NextLink from "next/link";
import { type ComponentProps, useState } from "react";

/** A link inside the console. Its page is fetched ahead once somebody points at it, not for every row that is in sight. */
export function Link({ onPointerEnter, onFocus, ...props }: ComponentProps<typeof NextLink>) {
  const [isMeant, setIsMeant] = useState(false);
  return (
    <NextLink
      prefetch={isMeant ? null : false}
      onPointerEnter={(event) => {
        setIsMeant(true);
        onPointerEnter?.(event);
      }}
      onFocus={(event) => {
        setIsMeant(true);
        onFocus?.(event);
      }}
      {...props}
    />
  );
}
