import { z } from "zod";
import { ACTOR_TYPES } from "@/lib/actors";
import { PageQuery, pageOf } from "@/lib/http/paging";
import { Moment } from "@/lib/moment";
import { isTimeZone } from "@/lib/time";
import { ROLES, SCOPES } from "./permissions";

export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "Write the time as HH:MM, 00:00 to 24:00");
/** A span that ends at or before the time it starts goes on into the next day: 18:00 to 02:00. */
const Span = z
  .strictObject({ from: TimeOfDay, to: TimeOfDay })
  .refine((span) => span.from !== span.to && span.from !== "24:00" && span.to !== "00:00", {
    error: "The end must differ from the start; write midnight as 24:00",
    path: ["to"],
  });
/** When a span ends, looked at from the day on which it starts. */
function endOnDay(span: { from: string; to: string } | undefined): string {
  return !span ? "" : span.to < span.from ? "24:00" : span.to;
}

const Day = z
  .array(Span)
  .max(6)
  .refine(
    (spans) =>
      [...spans].sort((a, b) => (a.from < b.from ? -1 : 1)).every((s, i, all) => i === 0 || s.from >= endOnDay(all[i - 1])),
    {
      error: "Spans of a day must not overlap",
    },
  );

export const HOURS_PURPOSES = ["marketing", "utility", "authentication", "service"] as const;

export const BusinessHours = z.strictObject({
  week: z.strictObject({
    monday: Day,
    tuesday: Day,
    wednesday: Day,
    thursday: Day,
    friday: Day,
    saturday: Day,
    sunday: Day,
  }),
  holidays: z
    .array(z.strictObject({ date: z.iso.date(), name: z.string().max(80).optional() }))
    .max(200)
    .describe("Days on which nothing is open."),
  zone: z.enum(["organization", "recipient"]).describe("Whose clock the hours are read on."),
  purposes: z
    .array(z.enum(HOURS_PURPOSES))
    .max(HOURS_PURPOSES.length)
    .describe("The purposes that wait for opening; others go at once."),
});
export type BusinessHours = z.infer<typeof BusinessHours>;

const NINE_TO_SIX = [{ from: "09:00", to: "18:00" }];

/** The guide's default: 9:00 to 18:00, every day. Sign-in codes are of no use tomorrow, so authentication does not wait. */
export const DEFAULT_BUSINESS_HOURS: BusinessHours = {
  week: {
    monday: NINE_TO_SIX,
    tuesday: NINE_TO_SIX,
    wednesday: NINE_TO_SIX,
    thursday: NINE_TO_SIX,
    friday: NINE_TO_SIX,
    saturday: NINE_TO_SIX,
    sunday: NINE_TO_SIX,
  },
  holidays: [],
  zone: "organization",
  purposes: ["marketing", "utility", "service"],
};

export const LANGUAGES = ["en", "tr"] as const;
export const Language = z.enum(LANGUAGES);
export type Language = z.infer<typeof Language>;

const TimeZone = z.string().refine(isTimeZone, { error: "Not a time zone of the IANA database, such as Europe/Istanbul" });
const Country = z.string().regex(/^[A-Z]{2}$/, "Two capital letters, such as TR");
const LanguageCode = z.string().regex(/^[a-z]{2,3}([_-][A-Z]{2})?$/, "A language such as tr or en_US");

/** When a person may send a message again whose outcome is unknown. Nothing is ever sent again without a person. */
export const RESEND_RULES = ["after_settling", "any_time", "never"] as const;

export const OrganizationSettings = z.object({
  timeZone: TimeZone,
  country: Country,
  languages: z.array(LanguageCode).min(1).max(20),
  businessHours: BusinessHours,
  unknownSettleMinutes: z
    .number()
    .int()
    .min(1)
    .max(10_080)
    .describe("How long a message with an unknown outcome waits for word from Meta before it ends as failed."),
  resendUnknown: z
    .enum(RESEND_RULES)
    .describe("When a person may send a message again whose outcome is unknown: it may have arrived."),
  onlyAssigneeAnswers: z
    .boolean()
    .describe("A conversation that somebody has is answered by nobody else; who answers one that nobody has takes it."),
  requireSecondFactor: z
    .boolean()
    .describe("People who sign in with a password need a second factor; whoever has none sets one up before anything else."),
});
export type OrganizationSettings = z.infer<typeof OrganizationSettings>;

export const DEFAULT_SETTINGS: OrganizationSettings = {
  timeZone: "Europe/Istanbul",
  country: "TR",
  languages: ["tr", "en"],
  businessHours: DEFAULT_BUSINESS_HOURS,
  unknownSettleMinutes: 60,
  resendUnknown: "after_settling",
  onlyAssigneeAnswers: false,
  requireSecondFactor: false,
};

const Name = z.string().trim().min(1, "Give a name").max(120);

export const Organization = OrganizationSettings.extend({
  id: z.string(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Organization = z.infer<typeof Organization>;

export const UpdateOrganization = z
  .strictObject({
    name: Name,
    ...OrganizationSettings.shape,
    updatedAt: Moment.describe(
      "The organization's updatedAt as it was read: if somebody changed it since, the answer is 409 with the present state.",
    ),
  })
  .partial();
export type UpdateOrganization = z.infer<typeof UpdateOrganization>;

/* People */

export const Email = z
  .email("Not an e-mail address")
  .max(254)
  .transform((email) => email.toLowerCase());
export const Password = z.string().min(10, "At least 10 characters").max(200);

export const Member = z.object({
  id: z.string().describe("The user's id."),
  email: z.string(),
  name: z.string(),
  role: Role,
  secondFactor: z.boolean().describe("Their sign-in with a password asks for a code too."),
  singleSignOn: z.boolean().describe("The identity provider has vouched for their address."),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime().describe("When the role last changed."),
  lastSignInAt: z.iso.datetime().nullable(),
});
export type Member = z.infer<typeof Member>;
export const MemberPage = pageOf(Member);

/** What becomes of API tokens whose maker loses the authority they were made with. */
export const TokenFate = z.enum(["revoke", "keep"]);
export type TokenFate = z.infer<typeof TokenFate>;
const tokenFate = TokenFate.optional().describe(
  "What becomes of API tokens that they made and that hold more than they do now: revoke (the default), or keep, as yours.",
);
export const UpdateMember = z.strictObject({
  role: Role,
  tokens: tokenFate,
  updatedAt: Moment.optional().describe(
    "The member's updatedAt as it was read: if somebody changed the role since, the answer is 409 with the present state.",
  ),
});
export type UpdateMember = z.infer<typeof UpdateMember>;
export const RemoveMember = z.object({ tokens: tokenFate });
export type RemoveMember = z.infer<typeof RemoveMember>;

/** What ends with somebody's authority. */
export const Delegations = z.object({
  tokens: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      hint: z.string(),
      scopes: z.array(z.string()),
      lastUsedAt: z.iso.datetime().nullable(),
    }),
  ),
  invitations: z.array(z.object({ id: z.string(), email: z.string(), role: Role })),
  passwordLinks: z.array(z.object({ id: z.string(), member: z.object({ id: z.string(), name: z.string() }) })),
});
export type Delegations = z.infer<typeof Delegations>;
export const DelegationsQuery = z.object({ role: Role.optional().describe("The role they would get; without it, removal.") });

export const Invitation = z.object({
  id: z.string(),
  email: z.string(),
  role: Role,
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type Invitation = z.infer<typeof Invitation>;
export const InvitationPage = pageOf(Invitation);
export const CreateInvitation = z.strictObject({ email: Email, role: Role });
export type CreateInvitation = z.infer<typeof CreateInvitation>;
export const CreatedInvitation = Invitation.extend({ url: z.string().describe("The one-time link; shown only now.") });
export type CreatedInvitation = z.infer<typeof CreatedInvitation>;

export const OneTimeLink = z.object({ url: z.string().describe("Shown only now."), expiresAt: z.iso.datetime() });
export type OneTimeLink = z.infer<typeof OneTimeLink>;

/** What a stranger with a one-time link may know before using it; not whether the address has an account here. */
export const LinkPreview = z.object({
  kind: z.enum(["invitation", "password"]),
  email: z.string(),
  organizationName: z.string().nullable(),
  role: Role.nullable(),
});
export type LinkPreview = z.infer<typeof LinkPreview>;
export const UseLink = z.strictObject({
  token: z.string().min(1).max(200),
  name: z.string().trim().min(1).max(120).optional().describe("Needed when the invited person is new here."),
  password: Password.optional().describe(
    "The new password. A person who already has an account here and accepts an invitation keeps theirs: they give it without a name, or are signed in.",
  ),
});
export type UseLink = z.infer<typeof UseLink>;
export const UsedLink = z.object({
  kind: z.enum(["invitation", "password"]),
  email: z.string(),
  organizationId: z.string().nullable(),
});
export type UsedLink = z.infer<typeof UsedLink>;

export const SetupInput = z.strictObject({
  token: z.string().min(1).max(200),
  name: Name,
  email: Email,
  password: Password,
  organizationName: Name,
  timeZone: TimeZone.default("Europe/Istanbul"),
  country: Country.default("TR"),
  language: Language.default("en"),
});
export type SetupInput = z.infer<typeof SetupInput>;
export const SetupResult = z.object({ userId: z.string(), organizationId: z.string() });
export type SetupResult = z.infer<typeof SetupResult>;

export const Me = z.object({
  user: z.object({ id: z.string(), name: z.string(), email: z.string(), language: Language.nullable() }).nullable(),
  signIn: z
    .object({
      password: z.boolean(),
      singleSignOn: z.boolean(),
      secondFactor: z.boolean(),
      recoveryCodes: z.number().int().describe("How many are left."),
    })
    .nullable()
    .describe("How the person signs in; null for a token."),
  mayCreateOrganizations: z.boolean(),
  organization: z.object({ id: z.string(), name: z.string() }),
  organizations: z.array(z.object({ id: z.string(), name: z.string() })),
  role: Role.nullable(),
  permissions: z.array(z.string()),
});
export type Me = z.infer<typeof Me>;
export const UpdateMe = z.strictObject({
  name: Name.optional(),
  language: Language.optional(),
  organizationId: z.string().optional().describe("Switches the session to another of the person's organizations."),
  currentPassword: z.string().max(200).optional().describe("Needed with newPassword."),
  newPassword: Password.optional(),
});
export type UpdateMe = z.infer<typeof UpdateMe>;
export const CreateOrganization = z.strictObject({ name: Name, timeZone: TimeZone.optional(), country: Country.optional() });
export type CreateOrganization = z.infer<typeof CreateOrganization>;

export const Session = z.object({
  id: z.string(),
  current: z.boolean(),
  userAgent: z.string().nullable(),
  ip: z.string().nullable(),
  createdAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type Session = z.infer<typeof Session>;
export const SessionPage = pageOf(Session);
export const RevokedSessions = z.object({ revoked: z.number().int() });

/* API tokens */

const Scope = z.string().refine((scope) => (SCOPES as readonly string[]).includes(scope), {
  error: `Must be one of: ${SCOPES.join(", ")}`,
});

export const ApiToken = z.object({
  id: z.string(),
  name: z.string(),
  hint: z.string().describe("The token's first characters, to recognise it by."),
  scopes: z.array(z.string()),
  createdBy: z
    .object({ id: z.string(), name: z.string().nullable() })
    .nullable()
    .describe("The person or token that made it, or that kept it when its maker left."),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export type ApiToken = z.infer<typeof ApiToken>;
export const ApiTokenPage = pageOf(ApiToken);
export const ApiTokenWithDelegations = ApiToken.extend(Delegations.shape);
export type ApiTokenWithDelegations = z.infer<typeof ApiTokenWithDelegations>;
export const RevokeApiToken = z.object({
  tokens: TokenFate.optional().describe(
    "What becomes of API tokens that were made with it: revoke (the default), or keep, as yours.",
  ),
});
export type RevokeApiToken = z.infer<typeof RevokeApiToken>;
export const CreateApiToken = z.strictObject({
  name: Name,
  scopes: z.array(Scope).min(1, "Choose at least one scope").max(100),
  expiresInDays: z.number().int().min(1).max(3650).optional().describe("Without it the token does not expire."),
});
export type CreateApiToken = z.infer<typeof CreateApiToken>;
export const CreatedApiToken = ApiToken.extend({ token: z.string().describe("Shown only now.") });
export type CreatedApiToken = z.infer<typeof CreatedApiToken>;

/* Audit */

export const AuditEntry = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  actor: z.object({
    type: z.enum(ACTOR_TYPES).describe("A stranger is someone who was not signed in: a refused sign-in, say."),
    id: z.string(),
    name: z.string(),
  }),
  action: z.string(),
  target: z.object({
    type: z.string(),
    id: z.string(),
    name: z.string().nullable().describe("What it is called today; null when it is gone or has no name."),
  }),
  details: z.record(z.string(), z.unknown()).describe("`changes` holds what changed, field by field: from and to."),
  ip: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
export const AuditPage = pageOf(AuditEntry);
export const AuditQuery = PageQuery.extend({
  action: z.string().max(80).optional().describe("An action such as token.created, or its noun: token."),
  actor: z.string().max(100).optional().describe("The id of a person or token."),
  from: Moment.optional(),
  to: Moment.optional().describe("Up to, not including."),
});
export type AuditQuery = z.infer<typeof AuditQuery>;
