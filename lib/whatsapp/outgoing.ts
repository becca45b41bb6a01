import { z } from "zod";
import { Moment } from "@/lib/moment";
import { MediaKind } from "./content";
import { TEMPLATE_LIMITS } from "./template-rules";
import { MESSAGE_LIMITS, textLength } from "./text-length";

/** Lengths and counts of what is sent beside texts and templates. Source: Meta, "Messages" and the page of each interactive type (2025); reference 1.3 and 1.4. */
export const OUTGOING_LIMITS = {
  caption: MESSAGE_LIMITS.caption,
  filename: MESSAGE_LIMITS.filename,
  link: 2000,
  header: 60,
  footer: 60,
  body: 1024,
  bodyOfList: 4096,
  buttons: 3,
  buttonId: 256,
  buttonTitle: 20,
  listButton: 20,
  sections: 10,
  rows: 10,
  sectionTitle: 24,
  rowId: 200,
  rowTitle: 24,
  rowDescription: 72,
  flowButton: 30,
  cards: 257,
  name: 1000,
} as const;

const text = (limit: number) =>
  z
    .string()
    .refine((value) => value.trim() !== "", "This is empty")
    .refine((value) => textLength(value) <= limit, `At most ${limit.toLocaleString("en")} characters`);

/** Meta fetches it itself. */
const Link = z
  .string()
  .max(OUTGOING_LIMITS.link)
  .refine((value) => /^https?:\/\/[^\s/?#@]+(?:[/?#]\S*)?$/i.test(value) && URL.canParse(value), "A web address: https://…");

const WITHOUT_CAPTION = ["audio", "sticker"];

export const OutgoingMedia = z
  .strictObject({
    type: MediaKind,
    id: z.string().min(1).max(100).optional().describe("Of POST /api/v1/media, or Meta's own."),
    link: Link.optional().describe("Meta fetches it. An id is surer."),
    caption: text(OUTGOING_LIMITS.caption).optional(),
    filename: text(OUTGOING_LIMITS.filename).optional().describe("Of a document."),
    voice: z.boolean().optional().describe("Audio that is shown as a voice message: OGG with Opus."),
  })
  .refine((media) => (media.id === undefined) !== (media.link === undefined), { error: "Give either id or link", path: ["id"] })
  .refine((media) => media.caption === undefined || !WITHOUT_CAPTION.includes(media.type), {
    error: "Audio and stickers have no caption",
    path: ["caption"],
  })
  .refine((media) => media.filename === undefined || media.type === "document", {
    error: "Only a document has a filename",
    path: ["filename"],
  })
  .refine((media) => media.voice === undefined || media.type === "audio", { error: "Only audio has a voice", path: ["voice"] });

const around = (body: number) => ({
  body: text(body),
  header: text(OUTGOING_LIMITS.header).optional(),
  footer: text(OUTGOING_LIMITS.footer).optional(),
});
const differ = (values: readonly string[]) => new Set(values).size === values.length;

const Row = z.strictObject({
  id: text(OUTGOING_LIMITS.rowId),
  title: text(OUTGOING_LIMITS.rowTitle),
  description: text(OUTGOING_LIMITS.rowDescription).optional(),
});
const Section = z.strictObject({
  title: text(OUTGOING_LIMITS.sectionTitle).optional(),
  rows: z.array(Row).min(1).max(OUTGOING_LIMITS.rows),
});

export const OutgoingInteractive = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("buttons"),
    ...around(OUTGOING_LIMITS.body),
    buttons: z
      .array(z.strictObject({ id: text(OUTGOING_LIMITS.buttonId), title: text(OUTGOING_LIMITS.buttonTitle) }))
      .min(1)
      .max(OUTGOING_LIMITS.buttons)
      .refine((list) => differ(list.map(({ id }) => id)) && differ(list.map(({ title }) => title)), "Ids and titles must differ"),
  }),
  z.strictObject({
    kind: z.literal("list"),
    ...around(OUTGOING_LIMITS.bodyOfList),
    button: text(OUTGOING_LIMITS.listButton),
    sections: z
      .array(Section)
      .min(1)
      .max(OUTGOING_LIMITS.sections)
      .refine((list) => list.flatMap(({ rows }) => rows).length <= OUTGOING_LIMITS.rows, "At most 10 rows in all")
      .refine((list) => differ(list.flatMap(({ rows }) => rows.map(({ id }) => id))), "The ids of rows must differ")
      .refine((list) => list.length === 1 || list.every(({ title }) => title !== undefined), "Several sections need titles"),
  }),
  z.strictObject({
    kind: z.literal("cta_url"),
    ...around(OUTGOING_LIMITS.body),
    button: text(OUTGOING_LIMITS.buttonTitle),
    url: Link,
  }),
  z.strictObject({
    kind: z.literal("flow"),
    ...around(OUTGOING_LIMITS.body),
    button: text(OUTGOING_LIMITS.flowButton),
    flowId: z.string().min(1).max(100),
    flowToken: z.string().min(1).max(200).optional(),
    screen: z.string().min(1).max(200).optional(),
    data: z.record(z.string(), z.unknown()).optional(),
  }),
  z.strictObject({ kind: z.literal("location_request"), body: text(OUTGOING_LIMITS.body) }),
]);

export const OutgoingLocation = z.strictObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  name: text(OUTGOING_LIMITS.name).optional(),
  address: text(OUTGOING_LIMITS.name).optional(),
});

const short = z.string().max(OUTGOING_LIMITS.name);
const NAME_PARTS = ["first_name", "last_name", "middle_name", "prefix", "suffix"] as const;

/** Meta's own shape of a card. */
export const OutgoingContact = z.strictObject({
  name: z
    .strictObject({
      formatted_name: text(OUTGOING_LIMITS.name),
      ...Object.fromEntries(NAME_PARTS.map((part) => [part, short.optional()])),
    })
    .refine((name) => NAME_PARTS.some((part) => part in name), "Give one more part of the name, such as first_name"),
  phones: z
    .array(z.strictObject({ phone: short.optional(), type: short.optional(), wa_id: short.optional() }))
    .max(20)
    .optional(),
  emails: z
    .array(z.strictObject({ email: short.optional(), type: short.optional() }))
    .max(20)
    .optional(),
  urls: z
    .array(z.strictObject({ url: short.optional(), type: short.optional() }))
    .max(20)
    .optional(),
  addresses: z
    .array(
      z.strictObject({
        street: short.optional(),
        city: short.optional(),
        state: short.optional(),
        zip: short.optional(),
        country: short.optional(),
        country_code: short.optional(),
        type: short.optional(),
      }),
    )
    .max(20)
    .optional(),
  org: z.strictObject({ company: short.optional(), department: short.optional(), title: short.optional() }).optional(),
  birthday: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, "Write a day as 1990-12-31")
    .optional(),
});

/** What a template takes with each message beside values and the file of its header. */
export const OutgoingTemplateExtras = z.strictObject({
  cards: z
    .array(z.strictObject({ media: OutgoingMedia }))
    .max(TEMPLATE_LIMITS.carouselCards.max)
    .optional()
    .describe("The picture or video of each card of a carousel, in their order."),
  offerExpiresAt: Moment.optional().describe("When a limited-time offer ends."),
  buttons: z
    .array(
      z.strictObject({
        index: z.number().int().min(0).max(9).describe("The quick reply's place among all buttons, from 0."),
        card: z.number().int().min(0).max(9).optional().describe("The card that it is on, from 0."),
        payload: text(OUTGOING_LIMITS.buttonId).describe("Comes back when the button is pressed."),
      }),
    )
    .max(30)
    .optional(),
  flow: z
    .strictObject({ token: z.string().min(1).max(200).optional(), data: z.record(z.string(), z.unknown()).optional() })
    .optional()
    .describe("What a flow button begins with."),
});

export const OutgoingContacts = z.array(OutgoingContact).min(1).max(OUTGOING_LIMITS.cards);

/** One emoji: what stands for one character to a person, of pictures, flags or keycaps. */
const Emoji = z.string().refine((value) => {
  const [first, second] = new Intl.Segmenter().segment(value);
  return first !== undefined && second === undefined && /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(value);
}, "Give one emoji");

export const OutgoingReaction = z.strictObject({
  to: z.string().min(1).max(300).describe("The message that is reacted to: our id, or Meta's."),
  emoji: Emoji.nullable().describe("Null takes the reaction back."),
});
