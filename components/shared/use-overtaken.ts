"use client";

import { useState } from "react";

/**
 * True once somebody else has saved something else than what the editing began with. `present` is what is saved now, as the live
 * line keeps it; what this person saves himself ends the editing.
 */
export function useOvertaken(present: unknown, isEditing: boolean): boolean {
  const [began, setBegan] = useState<string | null>(null);
  const text = JSON.stringify(present);
  if (isEditing && began === null) setBegan(text);
  if (!isEditing && began !== null) setBegan(null);
  return isEditing && began !== null && began !== text;
}
