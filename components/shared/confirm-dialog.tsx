"use client";

import dynamic from "next/dynamic";
import { type ReactNode, useState } from "react";
import { Slot } from "@/components/ui/slot";
import type { Question } from "./confirm-question";

export const loadQuestion = () => import("./confirm-question").then((module) => module.ConfirmQuestion);
const ConfirmQuestion = dynamic(loadQuestion, { ssr: false });

type ConfirmDialogProps = Question &
  (
    | { trigger: ReactNode; open?: undefined; onOpenChange?: undefined }
    | { trigger?: undefined; open: boolean; onOpenChange: (open: boolean) => void }
  );

/** Asks before an act, either by a button of its own or while `open`. */
export function ConfirmDialog({ trigger, open, onOpenChange, ...question }: ConfirmDialogProps) {
  const [ownOpen, setOwnOpen] = useState(false);
  const isOpen = open ?? ownOpen;
  const setOpen = onOpenChange ?? setOwnOpen;
  return (
    <>
      {trigger ? (
        <Slot aria-haspopup="dialog" aria-expanded={isOpen} onClick={() => setOpen(true)}>
          {trigger}
        </Slot>
      ) : null}
      {isOpen ? <ConfirmQuestion {...question} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
