import type { Refusal } from "./meta-error";
import type { SandboxContent, SandboxSettings } from "./schema";
import type { SandboxTemplate } from "./templates";

export type Awaitable<T> = T | Promise<T>;

/** A WhatsApp number with its business account and app, as the stand-in knows them. */
export type SandboxAccount = {
  /** The store's own name for it: the integration in the product, the phone number id when started alone. */
  key: string;
  phoneNumberId: string;
  businessAccountId: string;
  /** E.164. */
  displayPhoneNumber: string;
  verifiedName: string;
  appId: string;
  accessToken: string;
  appSecret: string;
  verifyToken: string;
  /** Where its webhooks go; null sends none. */
  webhookUrl: string | null;
  overrideUrl: string | null;
  subscribed: boolean;
  settings: SandboxSettings;
};

/** One person as one business number sees them. Times are milliseconds since 1970. */
export type PhoneState = {
  name: string | null;
  online: boolean;
  readReceipts: boolean;
  onWhatsapp: boolean;
  marketingStopped: boolean;
  lastInboundAt: number | null;
  countedAt: number | null;
  pairOwed: number;
  pairAt: number | null;
  refusals: number;
};

export const NEW_PHONE: PhoneState = {
  name: null,
  online: true,
  readReceipts: true,
  onWhatsapp: true,
  marketingStopped: false,
  lastInboundAt: null,
  countedAt: null,
  pairOwed: 0,
  pairAt: null,
  refusals: 0,
};

export type StoredMessage = {
  id: string;
  direction: "business" | "customer";
  content: SandboxContent;
  contextId: string | null;
  callbackData: string | null;
  acceptedAt: number;
  sentAt: number | null;
  deliveredAt: number | null;
  readAt: number | null;
  failedAt: number | null;
  errorCode: number | null;
};

type Json = Record<string, unknown>;

/** What a webhook tells: the parts of `value` besides the account's own. */
export type WebhookPart =
  | { field: "messages"; statuses: Json[]; contacts: Json[] }
  | { field: "messages"; messages: Json[]; contacts: Json[] }
  | { field: "user_preferences"; user_preferences: Json[]; contacts: Json[] }
  | { field: "message_template_status_update"; template: Json };

export type DueWebhook = {
  step: "delivered" | "failed" | "inbound" | "preference" | "read" | "sent" | "template";
  messageId: string | null;
  /** Null while it waits for the phone to come back from airplane mode. */
  dueAt: number | null;
  part: WebhookPart;
};

/** How the answer to an accepted or lost message reaches the caller. */
export type AnswerForm = { form: "close" | "empty" | "hang" | "html" | "normal"; delayMs: number };

export type Decision = {
  /** What changes about the person. */
  phone: Partial<PhoneState>;
  outcome:
    | { kind: "refused"; refusal: Refusal }
    | { kind: "lost"; answer: AnswerForm }
    | { kind: "accepted"; messages: StoredMessage[]; webhooks: DueWebhook[]; answer: AnswerForm };
};

export type Decide = (phone: PhoneState, peopleCounted: number) => Decision;

export type Media = {
  id: string;
  mimeType: string;
  /** In base64. */
  sha256: string;
  size: number;
  /** Empty for a file that is larger than what is kept. */
  bytes: Uint8Array;
  createdAt: number;
  /** A customer sent it. */
  incoming: boolean;
  filename: string | null;
};

/** A template that was made, changed or deleted at the stand-in. `template` says what its review ends with. */
export type OwnTemplate = { template: SandboxTemplate; reviewedAt: number; deletedAt: number | null };

/** One `POST …/messages` that reached the stand-in with a valid token. */
export type Arrival = {
  account: SandboxAccount;
  e164: string | null;
  callbackData: string | null;
  code: number | null;
  accepted: boolean;
};

export interface SandboxStore {
  /** The accounts that a token may use; empty when it is unknown. */
  accountsOf(token: string): Awaitable<readonly SandboxAccount[]>;
  /** Counts one send against the number's rate; false when it is over. */
  takeRate(account: SandboxAccount, nowMs: number): Awaitable<boolean>;
  /** Decides with the person's state held still; what was decided is stored before this ends. */
  accept(account: SandboxAccount, e164: string, nowMs: number, decide: Decide): Awaitable<Decision>;
  /** Marks a customer's message and those before it as read by the business; false when there is none. */
  markRead(account: SandboxAccount, messageId: string, nowMs: number): Awaitable<boolean>;
  findMessage(account: SandboxAccount, messageId: string): Awaitable<StoredMessage | undefined>;
  setSubscription(account: SandboxAccount, subscription: { subscribed: boolean; overrideUrl: string | null }): Awaitable<void>;
  saveMedia(account: SandboxAccount, media: Media): Awaitable<void>;
  /** Whether a file can be sent: it was uploaded and has not expired. */
  hasMedia(account: SandboxAccount, id: string, since: number): Awaitable<boolean>;
  findMedia(account: SandboxAccount, id: string): Awaitable<Media | undefined>;
  ownTemplates(account: SandboxAccount): Awaitable<readonly OwnTemplate[]>;
  /** Keeps a template by its id, together with the webhook that will tell of its review. */
  saveTemplate(account: SandboxAccount, own: OwnTemplate, webhook: DueWebhook | null): Awaitable<void>;
  removeMedia(account: SandboxAccount, id: string): Awaitable<void>;
  observe?(arrival: Arrival): void;
}
