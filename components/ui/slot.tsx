import { cloneElement, isValidElement, type ReactElement, type ReactNode, type Ref } from "react";
import { cn } from "./cn";

type Props = Record<string, unknown>;
type SlotProps = Props & { children?: ReactNode; className?: string; ref?: unknown };

/** Stands for its one child, which gets these properties too: handlers of both run, the child's first, and class names are joined. */
export function Slot({ children, ...given }: SlotProps) {
  if (!isValidElement(children)) return null;
  const child = children as ReactElement<Props>;
  const merged: Props = { ...given, ...child.props };
  for (const [name, ours] of Object.entries(given)) {
    const theirs = child.props[name];
    if (name === "className") merged.className = cn(ours as string, theirs as string);
    else if (name === "ref") merged.ref = joinRefs(ours as Ref<unknown>, theirs as Ref<unknown>);
    else if (isHandler(name, ours) && isHandler(name, theirs)) merged[name] = inTurn(theirs, ours);
  }
  return cloneElement(child, merged);
}

type Handler = (...values: unknown[]) => void;

function isHandler(name: string, value: unknown): value is Handler {
  return /^on[A-Z]/.test(name) && typeof value === "function";
}

function inTurn(...handlers: Handler[]): Handler {
  return (...values) => {
    for (const handle of handlers) handle(...values);
  };
}

/** One ref that fills several. */
export function joinRefs<T>(...refs: (Ref<T> | undefined)[]): Ref<T> {
  return (node) => {
    for (const ref of refs) {
      if (typeof ref === "function") ref(node);
      else if (ref) ref.current = node;
    }
  };
}
