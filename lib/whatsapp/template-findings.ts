/** One thing that Meta would refuse in a template. `limit` and `given` are numbers where the rule counts, else words. */
export type Finding = {
  /** Where it is, such as `components.1.text`. */
  path: string;
  rule: RuleName;
  limit: Told;
  given: Told;
  message: string;
};

const COMPONENTS = "Meta, “Template components” (2025)";
const MANAGEMENT = "Meta, “Template management” (13 April 2026)";
const ERROR_CODES = "Meta, “Error codes” (Cloud API), 19 November 2025";
const AUTHENTICATION = "Meta, “Authentication templates” (2025)";
const MARKETING = "Meta, “Limited-time offer templates” and “Media card carousel templates” (2025)";

type Told = number | string | null;
type Rule = {
  /** Where the rule is from. */
  source: string;
  /** Meta's own code for it, where one is known. */
  subcode?: number;
  say: (limit: Told, given: Told) => string;
};

/** Every rule of Meta's for a template, with its source. */
export const TEMPLATE_RULES = {
  required: { source: COMPONENTS, say: (what) => `${what ?? "This"} is required` },
  not_text: { source: COMPONENTS, say: () => "This must be a text" },
  not_one_of: { source: MANAGEMENT, say: (limit) => `Use one of ${limit}` },
  too_deep: { source: COMPONENTS, say: (limit) => `No template is nested deeper than ${limit} levels` },
  too_long: { source: COMPONENTS, subcode: 2388040, say: (limit, given) => `At most ${limit} characters; this has ${given}` },
  too_few: { source: COMPONENTS, say: (limit, given) => `At least ${limit}; there are ${given}` },
  too_many: { source: COMPONENTS, say: (limit, given) => `At most ${limit}; there are ${given}` },
  out_of_range: { source: COMPONENTS, say: (limit, given) => `Must be a whole number from ${limit}; this is ${given}` },
  name_format: {
    source: MANAGEMENT,
    say: () => "A name has lower-case letters a to z, digits and underscores only",
  },
  name_locked: {
    source: MANAGEMENT,
    subcode: 2388023,
    say: (limit) => `Meta locks the name of a deleted template for 30 days, until ${limit}`,
  },
  language_unknown: { source: MANAGEMENT, say: () => "Meta takes no templates in this language; write en, en_US, tr" },
  component_unknown: { source: COMPONENTS, say: (_, given) => `Meta knows no component ${given}` },
  component_twice: { source: COMPONENTS, say: (_, given) => `A template has one ${given} at most` },
  not_in_category: { source: COMPONENTS, say: (limit, given) => `${given} is for templates of the category ${limit} only` },
  not_together: { source: MARKETING, say: (limit, given) => `${given} cannot stand beside ${limit}` },
  line_break: { source: ERROR_CODES, subcode: 2388047, say: () => "There must be no line break here" },
  formatting: { source: ERROR_CODES, subcode: 2388047, say: () => "There must be no formatting (* _ ~ `) here" },
  emoji: { source: ERROR_CODES, subcode: 2388047, say: () => "There must be no emoji here" },
  variable_not_allowed: { source: COMPONENTS, subcode: 2388073, say: () => "There must be no variable here" },
  variable_malformed: {
    source: ERROR_CODES,
    subcode: 2388072,
    say: (_, given) => `A variable is written {{1}} or {{name}}, without spaces: ${given}`,
  },
  variable_format: {
    source: COMPONENTS,
    subcode: 2388072,
    say: (limit, given) =>
      limit === "NAMED"
        ? `Names of variables have lower-case letters a to z, digits and underscores, and a letter among them: ${given}`
        : `Without parameter_format NAMED, variables are numbers {{1}}, {{2}}: ${given}`,
  },
  variable_gap: { source: COMPONENTS, say: (limit) => `Variables are numbered from 1 without gaps: {{${limit}}} is missing` },
  variable_at_edge: { source: ERROR_CODES, subcode: 2388299, say: () => "No variable may stand at the very start or end" },
  variables_adjacent: { source: COMPONENTS, subcode: 2388072, say: () => "Two variables must not stand side by side" },
  variables_crowded: {
    source: `${ERROR_CODES}; the measure as Twilio's “Rules for WhatsApp templates” gives it`,
    subcode: 2388293,
    say: (limit, given) => `So many variables need at least ${limit} other words; there are ${given}`,
  },
  variable_not_last: { source: COMPONENTS, say: () => "The variable of an address stands at its end" },
  example_missing: {
    source: COMPONENTS,
    say: (limit, given) => `Give an example for each variable: ${limit}; there are ${given}`,
  },
  example_empty: { source: COMPONENTS, say: () => "An example must be a text that a person could receive" },
  example_unknown: { source: COMPONENTS, say: (_, given) => `There is no variable ${given} in the text` },
  handle_missing: { source: COMPONENTS, say: () => "Give one sample file as example.header_handle, from a resumable upload" },
  sample_gone: { source: COMPONENTS, say: () => "The sample file is not here any more. Upload it again" },
  sample_type: {
    source: "Meta, “Resumable Upload API” (2026): PDF, JPEG, PNG and MP4",
    say: (limit, given) => `The sample of this header is ${limit}; this file is ${given}`,
  },
  address: { source: COMPONENTS, say: () => "This must be a web address that starts with https:// or http://" },
  phone_number: { source: COMPONENTS, say: () => "This must be a phone number with its country code" },
  buttons_mixed: { source: COMPONENTS, say: () => "Quick replies must stand together, before or after the other buttons" },
  button_text_twice: { source: ERROR_CODES, subcode: 2388060, say: (_, given) => `Two buttons say the same: ${given}` },
  text_is_metas: { source: AUTHENTICATION, say: () => "Meta writes this text of an authentication template itself" },
  one_otp_button: { source: AUTHENTICATION, say: () => "An authentication template has one button, of the type OTP" },
  terms_not_accepted: { source: AUTHENTICATION, say: () => "Zero-tap asks for zero_tap_terms_accepted: true" },
  cards_differ: { source: MARKETING, say: () => "All cards have the same components and buttons, in the same order" },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof TEMPLATE_RULES;

/** Meta's own code for a rule, where one is known. */
export function subcodeOf(name: RuleName): number | undefined {
  const rule: Rule = TEMPLATE_RULES[name];
  return rule.subcode;
}

/** What is found while a template is gone through. Nobody reads more than `MOST`. */
export class Findings {
  static readonly MOST = 100;
  readonly all: Finding[] = [];

  add(path: string, rule: RuleName, limit: Told = null, given: Told = null): void {
    if (this.all.length >= Findings.MOST) return;
    const shown = typeof given === "string" && given.length > 60 ? `${given.slice(0, 60)}…` : given;
    const { say }: Rule = TEMPLATE_RULES[rule];
    this.all.push({ path, rule, limit, given: shown, message: say(limit, shown) });
  }
}
