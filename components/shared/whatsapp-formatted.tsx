import { Fragment, type ReactNode } from "react";
import { parseWhatsappLine, parseWhatsappText, type TextBlock, type TextPart } from "./whatsapp-text";

/** A text as WhatsApp formats it, with its quotes and lists. */
export function WhatsappText({ text }: { text: string }) {
  const blocks = parseWhatsappText(text);
  return blocks.map((block, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other identity than their place.
    <Fragment key={index}>{drawBlock(block, blocks.length === 1)}</Fragment>
  ));
}

/** A text of one line, such as a header. */
export function WhatsappLine({ text }: { text: string }) {
  return <Parts parts={parseWhatsappLine(text)} />;
}

function drawBlock(block: TextBlock, isAlone: boolean): ReactNode {
  if (block.kind === "lines") {
    if (isAlone) return <Parts parts={block.parts} />;
    const last = block.parts.at(-1);
    const endsEmpty = !last || (last.kind === "text" && last.text.endsWith("\n"));
    return (
      <div>
        <Parts parts={block.parts} />
        {endsEmpty ? "\n" : null}
      </div>
    );
  }
  const items = block.items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: as above.
    <Fragment key={index}>{block.kind === "quote" ? <Quoted parts={item} /> : <Item parts={item} />}</Fragment>
  ));
  if (block.kind === "quote") {
    return (
      <blockquote className="my-0.5 border-(--whatsapp-muted) border-l-[3px] pl-2 text-(--whatsapp-muted)">{items}</blockquote>
    );
  }
  if (block.kind === "list") return <ul className="list-disc pl-5">{items}</ul>;
  return (
    <ol className="list-decimal pl-6" start={block.first}>
      {items}
    </ol>
  );
}

function Quoted({ parts }: { parts: TextPart[] }) {
  return (
    <p>
      <Parts parts={parts} />
    </p>
  );
}

function Item({ parts }: { parts: TextPart[] }) {
  return (
    <li>
      <Parts parts={parts} />
    </li>
  );
}

function Parts({ parts }: { parts: TextPart[] }) {
  return parts.map((part, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: as above.
    return <Fragment key={index}>{drawPart(part)}</Fragment>;
  });
}

function drawPart(part: TextPart): ReactNode {
  switch (part.kind) {
    case "text":
      return part.text;
    case "mono":
      return <code className="font-mono text-[13px]">{part.text}</code>;
    case "link":
      return (
        <a
          href={part.href}
          target="_blank"
          rel="noreferrer noopener"
          className="text-(--whatsapp-link) underline underline-offset-2"
        >
          {part.text}
        </a>
      );
    case "bold":
      return (
        <strong className="font-semibold">
          <Parts parts={part.parts} />
        </strong>
      );
    case "italic":
      return (
        <em>
          <Parts parts={part.parts} />
        </em>
      );
    case "strike":
      return (
        <s>
          <Parts parts={part.parts} />
        </s>
      );
  }
}
