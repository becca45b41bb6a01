/** Where an item came from. `raw` is the smallest part of the body that holds it. */
export type ItemBase = {
  /** `entry[].id`: the WhatsApp Business Account, for some partner events the portfolio. */
  wabaId: string | null;
  phoneNumberId: string | null;
  /** Meta's name of the webhook field; null where the body names none. */
  field: string | null;
  /** Meta's own time: the item's, else the entry's; null when neither is readable. */
  at: Date | null;
  raw: unknown;
};

export type MetaError = {
  code: number | null;
  title: string | null;
  message: string | null;
  details: string | null;
  href: string | null;
};

export type Pricing = { billable?: boolean; model?: string; type?: string; category?: string };

export type StatusItem = ItemBase & {
  kind: "status";
  wamid: string;
  /** `sent`, `delivered`, `read`, `played`, `failed`, or a word Meta adds later. */
  status: string;
  recipientId?: string;
  recipientUserId?: string;
  recipientParentUserId?: string;
  /** `group` when `recipientId` is a group; then the participant's identities tell who. */
  recipientType?: string;
  participantId?: string;
  participantUserId?: string;
  callbackData?: string;
  conversationId?: string;
  pricing?: Pricing;
  /** Until when an ad or a page button makes the conversation free of charge. It opens no window for free text. */
  freeEntryUntil?: Date;
  errors: MetaError[];
};

export type InboundMedia = {
  id?: string;
  mimeType?: string;
  sha256?: string;
  filename?: string;
  url?: string;
  voice?: boolean;
  animated?: boolean;
};

/** What a message says, part by part as Meta names them. Which are there depends on `type`; an unknown type has only `type`. */
export type MessageParts = {
  type: string;
  text?: string;
  caption?: string;
  media?: InboundMedia;
  location?: { latitude?: number; longitude?: number; name?: string; address?: string; url?: string };
  /** Contact cards as Meta sent them. */
  contactCards?: unknown[];
  /** A quick reply of a template. */
  button?: { payload?: string; text?: string };
  interactive?: {
    type?: string;
    /** Of a reply button or a list row. */
    replyId?: string;
    replyTitle?: string;
    replyDescription?: string;
    flowName?: string;
    flowBody?: string;
    /** JSON as text, as Meta sends it. */
    flowResponse?: string;
    /** `accept` or `reject`. */
    callPermission?: string;
  };
  reaction?: { messageId?: string; emoji: string | null; removed: boolean };
  order?: { catalogId?: string; text?: string; items: unknown[] };
  /** The message that was edited or revoked. */
  originalWamid?: string;
  edited?: MessageParts;
  unsupportedType?: string;
};

export type Referral = {
  sourceUrl?: string;
  sourceId?: string;
  sourceType?: string;
  headline?: string;
  body?: string;
  clickId?: string;
};

type MessageEnvelope = {
  wamid: string;
  /** Digits without `+`; absent when a person with a username hides the number. */
  from?: string;
  fromUserId?: string;
  fromParentUserId?: string;
  /** From the contact that came with the message. */
  contactWaId?: string;
  contactUserId?: string;
  contactParentUserId?: string;
  profileName?: string;
  username?: string;
  groupId?: string;
  replyTo?: string;
  forwarded?: boolean;
  frequentlyForwarded?: boolean;
  referral?: Referral;
  /** The product of a catalogue that the person asks about. */
  referredProduct?: { catalogId?: string; retailerId?: string };
  errors: MetaError[];
};

export type MessageItem = ItemBase & { kind: "message" } & MessageEnvelope & MessageParts;

/** A message sent from the WhatsApp Business app of the same number. */
export type EchoItem = ItemBase & { kind: "echo"; to?: string; toUserId?: string } & MessageEnvelope & MessageParts;

export type SystemItem = ItemBase & {
  kind: "system";
  type: "system";
  wamid: string | null;
  /** `user_changed_number`, `user_changed_user_id`, `customer_identity_changed`, `user_identity_changed`. */
  systemType?: string;
  body?: string;
  /** The old number. */
  from?: string;
  fromUserId?: string;
  newWaId?: string;
  newUserId?: string;
  newParentUserId?: string;
  profileName?: string;
};

/** Trouble of the account or the system, tied to no message. */
export type ErrorsItem = ItemBase & { kind: "errors"; errors: MetaError[] };

type TemplateNamed = { templateId?: string; name?: string /** `en_US`, also where Meta writes `en-US`. */; language?: string };

export type TemplateStatusItem = ItemBase &
  TemplateNamed & {
    kind: "template_status";
    event: string;
    category?: string;
    reason?: string;
    rejection?: { reason?: string; recommendation?: string };
    disableDate?: string;
    /** FIRST_PAUSE, SECOND_PAUSE, RATE_LIMITING_PAUSE, UNPAUSE, DISABLED. */
    infoTitle?: string;
    infoDescription?: string;
  };
export type TemplateQualityItem = ItemBase & TemplateNamed & { kind: "template_quality"; previous?: string; current: string };
export type TemplateCategoryItem = ItemBase &
  TemplateNamed & {
    kind: "template_category";
    /** `warning`: `correctCategory` is to come, `newCategory` holds now. `done`: it changed. `unknown`: Meta said neither. */
    stage: "warning" | "done" | "unknown";
    previousCategory?: string;
    newCategory?: string;
    correctCategory?: string;
    changesAt?: Date;
  };
export type TemplateComponentsItem = ItemBase &
  TemplateNamed & {
    kind: "template_components";
    header?: string;
    body?: string;
    footer?: string;
    buttons: { type?: string; text?: string; url?: string; phoneNumber?: string }[];
  };

export type PhoneQualityItem = ItemBase & {
  kind: "phone_quality";
  event?: string;
  displayPhoneNumber?: string;
  /** Read it with `tierAllowance`. */
  limit?: string;
  oldLimit?: string;
};
export type PhoneNameItem = ItemBase & {
  kind: "phone_name";
  decision?: string;
  displayPhoneNumber?: string;
  requestedName?: string;
  rejectionReason?: string;
};

export type AccountUpdateItem = ItemBase & {
  kind: "account_update";
  event: string;
  /** The account the event is about, where `wabaId` is a partner's or a portfolio's. It is not proven by routing: check whose it is. */
  customerWabaId?: string;
  ownerBusinessId?: string;
  phoneNumber?: string;
  /** SCHEDULE_FOR_DISABLE, DISABLE, REINSTATE. */
  banState?: string;
  banDate?: string;
  restrictions: { type: string; expiresAt: Date | null; remediation?: string }[];
  violationType?: string;
  disconnectReason?: string;
  disconnectedBy?: string;
  country?: string;
  volumeTier?: { category?: string; tier?: string; effectiveMonth?: string; region?: string };
};
export type AccountReviewItem = ItemBase & { kind: "account_review"; decision: string };
export type AccountAlertItem = ItemBase & {
  kind: "account_alert";
  type?: string;
  severity?: string;
  status?: string;
  description?: string;
  entityType?: string;
  entityId?: string;
};
export type BusinessCapabilityItem = ItemBase & {
  kind: "business_capability";
  /** `TIER_*` or digits, -1 for unlimited; read it with `tierAllowance`. */
  limit?: string;
  maxPhoneNumbersPerBusiness?: number;
  maxPhoneNumbersPerWaba?: number;
};
export type SecurityItem = ItemBase & { kind: "security"; event: string; displayPhoneNumber?: string; requester?: string };

export type PreferenceItem = ItemBase & {
  kind: "preference";
  waId?: string;
  userId?: string;
  /** `marketing_messages`. */
  category?: string;
  /** `stop`, `resume`, `signup`. */
  value: string;
  detail?: string;
  signupId?: string;
};
export type ContactSyncItem = ItemBase & {
  kind: "contact_sync";
  /** `add` or `remove`. */
  action?: string;
  phoneNumber?: string;
  userId?: string;
  fullName?: string;
  firstName?: string;
};
export type CallItem = ItemBase & {
  kind: "call";
  callId: string;
  event?: string;
  direction?: string;
  from?: string;
  to?: string;
  status?: string;
};
export type CallStatusItem = ItemBase & {
  kind: "call_status";
  callId: string;
  status: string;
  recipientId?: string;
  callbackData?: string;
  errors: MetaError[];
};

/** Chat history handed over at onboarding. Never new inbound messages. */
export type HistoryItem = ItemBase & {
  kind: "history";
  phase?: number;
  chunk?: number;
  progress?: number;
  threads: unknown[];
  messages: unknown[];
  errors: MetaError[];
};
export type UserActionItem = ItemBase & { kind: "user_action"; action?: string; userId?: string; waId?: string };

/** A field this product does nothing with. */
export type UnhandledItem = ItemBase & { kind: "unhandled" };
/** The body, an entry or its list of changes is not what Meta describes. */
export type MalformedEnvelopeItem = ItemBase & { kind: "malformed_envelope"; reason: string };
/** A change or one item in it is not what Meta describes. */
export type MalformedChangeItem = ItemBase & { kind: "malformed_change"; reason: string };

export type WebhookItem =
  | StatusItem
  | MessageItem
  | EchoItem
  | SystemItem
  | ErrorsItem
  | TemplateStatusItem
  | TemplateQualityItem
  | TemplateCategoryItem
  | TemplateComponentsItem
  | PhoneQualityItem
  | PhoneNameItem
  | AccountUpdateItem
  | AccountReviewItem
  | AccountAlertItem
  | BusinessCapabilityItem
  | SecurityItem
  | PreferenceItem
  | ContactSyncItem
  | CallItem
  | CallStatusItem
  | HistoryItem
  | UserActionItem
  | UnhandledItem
  | MalformedEnvelopeItem
  | MalformedChangeItem;
