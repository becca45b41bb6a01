import "server-only";
import type { z } from "zod";
import { call, callForFields, type GraphAccess, listPages, pathId } from "@/lib/whatsapp/graph-call";
import { expiryOf } from "@/lib/whatsapp/graph-edge";
import { withoutGraph } from "@/lib/whatsapp/graph-error";
import {
  ACCOUNT_FIELDS,
  AccountAnswer,
  type HealthBody,
  ListedNumber,
  PHONE_CORE_FIELDS,
  PHONE_FIELDS,
  PhoneAnswer,
  SubscribedAnswer,
  SuccessAnswer,
  TokenAnswer,
} from "@/lib/whatsapp/graph-shapes";

export type GraphPhoneNumber = {
  id: string;
  displayPhoneNumber?: string;
  verifiedName?: string;
  /** GREEN, YELLOW, RED, NA, UNKNOWN. */
  qualityRating?: string;
  status?: string;
  nameStatus?: string;
  codeVerificationStatus?: string;
  /** SANDBOX or LIVE. */
  accountMode?: string;
  platformType?: string;
  /** STANDARD, HIGH, NOT_APPLICABLE; read it with `throughputPerSecond`. */
  throughputLevel?: string;
  /** The portfolio's tier; read it with `tierAllowance`. */
  messagingLimit?: string | number;
  isOnBizApp?: boolean;
  isOfficialBusinessAccount?: boolean;
  /** Where webhooks go that were not left to the app, nearest first. */
  callbacks: { number?: string; account?: string; app?: string };
  health?: GraphHealth;
};

/** The business number. Falls back to the fields every version has when Graph does not know a newer one. */
export async function getPhoneNumber(access: GraphAccess, phoneNumberId: string): Promise<GraphPhoneNumber> {
  const answer = await callForFields(access, phoneNumberId, {
    fields: PHONE_FIELDS,
    coreFields: PHONE_CORE_FIELDS,
    nodeType: /PhoneNumber/i,
  });
  const { data } = answer.parse(PhoneAnswer);
  return {
    id: data.id,
    displayPhoneNumber: data.display_phone_number,
    verifiedName: data.verified_name,
    qualityRating: data.quality_rating,
    status: data.status,
    nameStatus: data.name_status,
    codeVerificationStatus: data.code_verification_status,
    accountMode: data.account_mode,
    platformType: data.platform_type,
    throughputLevel: data.throughput?.level,
    messagingLimit: data.whatsapp_business_manager_messaging_limit ?? data.messaging_limit_tier,
    isOnBizApp: data.is_on_biz_app,
    isOfficialBusinessAccount: data.is_official_business_account,
    callbacks: {
      number: data.webhook_configuration?.phone_number || undefined,
      account: data.webhook_configuration?.whatsapp_business_account || undefined,
      app: data.webhook_configuration?.application || undefined,
    },
    health: readHealth(data.health_status),
  };
}

/** The ids of all numbers that an account has. */
export async function listPhoneNumberIds(access: GraphAccess, businessAccountId: string): Promise<Set<string>> {
  const path = `${pathId(businessAccountId)}/phone_numbers`;
  const ids = new Set<string>();
  for await (const page of listPages(access, { path, fields: "id,display_phone_number", coreFields: "id", pageSize: 100 })) {
    for (const entry of page) {
      const number = ListedNumber.safeParse(entry);
      if (number.success) ids.add(number.data.id);
    }
  }
  return ids;
}

export type GraphHealth = {
  /** AVAILABLE, LIMITED or BLOCKED. */
  canSendMessage: string;
  entities: {
    type: string;
    id: string | null;
    canSendMessage: string;
    errors: { code: number | null; description: string; solution: string | null }[];
    additionalInfo: string[];
  }[];
};

export type GraphBusinessAccount = {
  id: string;
  name?: string;
  status?: string;
  currency?: string;
  country?: string;
  accountReviewStatus?: string;
  businessVerificationStatus?: string;
  ownershipType?: string;
  health?: GraphHealth;
};

/** The WhatsApp Business Account. */
export async function getBusinessAccount(access: GraphAccess, businessAccountId: string): Promise<GraphBusinessAccount> {
  const answer = await callForFields(access, businessAccountId, {
    fields: ACCOUNT_FIELDS,
    coreFields: "id,name",
    nodeType: /^WhatsAppBusiness(Account)?$/i,
  });
  const { data } = answer.parse(AccountAnswer);
  return {
    id: data.id,
    name: data.name,
    status: data.status,
    currency: data.currency,
    country: data.country,
    accountReviewStatus: data.account_review_status,
    businessVerificationStatus: data.business_verification_status,
    ownershipType: data.ownership_type,
    health: readHealth(data.health_status),
  };
}

export type TokenInfo = {
  isValid: boolean;
  appId?: string;
  type?: string;
  scopes: string[];
  granularScopes: { scope: string; targetIds?: string[] }[];
  /** Null: never. Absent: Meta did not say. */
  expiresAt?: Date | null;
  dataAccessExpiresAt?: Date | null;
  /** Why Meta holds the token invalid. */
  error?: { code: number | null; message: string };
};

/** What Meta says of a token, by default of the access token itself. An invalid token is an answer here, not an error. */
export async function debugToken(access: GraphAccess, inputToken: string = access.accessToken): Promise<TokenInfo> {
  const answer = await call(access, { method: "GET", path: "debug_token", query: { input_token: inputToken } });
  const { data } = answer.parse(TokenAnswer).data;
  return {
    isValid: data.is_valid ?? false,
    appId: data.app_id,
    type: data.type,
    scopes: data.scopes ?? [],
    granularScopes: (data.granular_scopes ?? []).map((g) => ({
      scope: g.scope,
      ...(g.target_ids && { targetIds: g.target_ids }),
    })),
    expiresAt: expiryOf(data.expires_at),
    dataAccessExpiresAt: expiryOf(data.data_access_expires_at),
    ...(data.error && {
      error: { code: data.error.code ?? null, message: data.error.message ?? "" },
    }),
  };
}

export type SubscribedApp = { id: string; name?: string; overrideCallbackUri?: string };

/** The apps that get the webhooks of a WhatsApp Business Account. */
export async function listSubscribedApps(access: GraphAccess, businessAccountId: string): Promise<SubscribedApp[]> {
  const answer = await call(access, { method: "GET", path: `${pathId(businessAccountId)}/subscribed_apps` });
  return answer.parse(SubscribedAnswer).data.data.flatMap((entry) => {
    const app = entry.whatsapp_business_api_data ?? entry;
    if (app.id === undefined) return [];
    return [
      {
        id: app.id,
        ...(app.name && { name: app.name }),
        ...(entry.override_callback_uri && { overrideCallbackUri: entry.override_callback_uri }),
      },
    ];
  });
}

/** Subscribes the token's app to the webhooks of the account. An override sends this account's messages to another address (200 characters at most). */
export async function subscribeApp(
  access: GraphAccess,
  businessAccountId: string,
  override?: { callbackUri: string; verifyToken: string },
): Promise<void> {
  const body = override && { override_callback_uri: override.callbackUri, verify_token: override.verifyToken };
  const answer = await call(access, {
    method: "POST",
    path: `${pathId(businessAccountId)}/subscribed_apps`,
    body: body ?? {},
  });
  if (!answer.parse(SuccessAnswer).data.success) throw withoutGraph(answer, "Meta did not confirm the subscription.");
}

function readHealth(value: z.infer<typeof HealthBody> | undefined): GraphHealth | undefined {
  if (!value) return undefined;
  return {
    canSendMessage: value.can_send_message ?? "UNKNOWN",
    entities: (value.entities ?? []).map((entity) => ({
      type: entity.entity_type ?? "UNKNOWN",
      id: entity.id ?? null,
      canSendMessage: entity.can_send_message ?? "UNKNOWN",
      errors: (entity.errors ?? []).map((e) => ({
        code: e.error_code ?? null,
        description: e.error_description ?? "",
        solution: e.possible_solution ?? null,
      })),
      additionalInfo: entity.additional_info ?? [],
    })),
  };
}
