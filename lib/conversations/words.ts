/** Apart from the shapes, so that a list need not load what checks them. */
export const CONVERSATION_STATES = ["open", "snoozed", "closed"] as const;
/** Whose turn it is. */
export const OWNERS = ["person", "program", "customer"] as const;

export const LABEL_COLOURS = ["grey", "green", "blue", "violet", "amber", "red"] as const;
export type LabelColour = (typeof LABEL_COLOURS)[number];

/** What a saved reply may be filled with. */
export const REPLY_VARIABLES = ["name", "organization", "agent", "preferences"] as const;
export type ReplyValues = Record<(typeof REPLY_VARIABLES)[number], string>;

const VARIABLE = /\{\{\s*(\w+)\s*\}\}/g;

/** The text with its variables filled in; one without a value leaves nothing, nor a space before it. */
export function fillReply(text: string, values: ReplyValues): string {
  return text.replace(/ ?\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => {
    if (!(name in values)) return whole;
    const value = values[name as keyof ReplyValues];
    return value === "" ? "" : `${whole.startsWith(" ") ? " " : ""}${value}`;
  });
}

export function unknownReplyVariables(text: string): string[] {
  const known: readonly string[] = REPLY_VARIABLES;
  return [...text.matchAll(VARIABLE)].flatMap(([, name = ""]) => (known.includes(name) ? [] : [name]));
}
