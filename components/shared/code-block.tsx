import { cn } from "@/components/ui/cn";
import { CopyButton } from "./copy-button";

type CodeBlockProps = {
  code: string;
  /** What is copied when it differs from what is shown, for example a secret that is masked here. */
  copyValue?: string;
  /** A word above it: "curl", "JSON". */
  title?: string;
  name?: string;
  wrap?: boolean;
  className?: string;
};

/** Code ready to paste. */
export function CodeBlock({ code, copyValue, title, name, wrap, className }: CodeBlockProps) {
  return (
    <div className={cn("min-w-0 overflow-hidden rounded-lg border bg-surface", className)}>
      {title ? (
        <div className="flex h-8 items-center justify-between border-b pr-1 pl-3 text-muted text-xs">
          {title}
          <CopyButton value={copyValue ?? code} name={name ?? title} />
        </div>
      ) : null}
      <div className="relative">
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: code that scrolls sideways must be reachable by keyboard.
          tabIndex={0}
          className={cn(
            "overflow-x-auto p-3 font-mono text-xs leading-5 focus-visible:-outline-offset-2",
            !title && "pr-10",
            wrap && "whitespace-pre-wrap break-all",
          )}
        >
          <code>{code}</code>
        </pre>
        {title ? null : <CopyButton value={copyValue ?? code} name={name} className="absolute top-1 right-1 bg-surface" />}
      </div>
    </div>
  );
}
