import { createHash, createHmac } from "node:crypto";
import { BUSINESS_FIELDS, businessNode, NUMBER_FIELDS, numberNode, TEMPLATE_FIELDS, templateNode } from "./account-nodes";
import { expired, formed, ok, refuse, type SandboxAnswer, tooFast } from "./answers";
import { decide } from "./decide";
import { EXPIRED_TOKEN_PREFIX } from "./magic";
import { takeUpload } from "./media-calls";
import { type Refusal, refusal, unknownObject, withoutProof } from "./meta-error";
import { showNode, showPage } from "./nodes";
import type { SandboxSettings } from "./schema";
import type { AnswerForm, Decision, Media, SandboxAccount, SandboxStore } from "./store";
import { allTemplates, createTemplate, deleteTemplates, editTemplate, uploadBytes, uploadSession } from "./template-calls";
import { isJson } from "./template-check";
import { checkMessage } from "./validate";

export type SandboxRequest = {
  method: string;
  url: string;
  headers: Record<string, string | undefined>;
  body?: string | Uint8Array | AsyncIterable<Uint8Array>;
};

export type SandboxGraphOptions = {
  now?: () => number;
  random?: () => number;
  /** Factor on the delays of webhooks and magic numbers; 0 makes everything due at once. */
  speed?: number;
  /** Asks a callback address to prove itself, as Meta does before it takes it as an override. */
  verifyCallback?: (url: string, verifyToken: string) => Promise<boolean>;
};

export type SandboxGraph = { handle: (request: SandboxRequest) => Promise<SandboxAnswer> };

const OLDEST_VERSION = 17;
const NEWEST_VERSION = 26;
const OLDEST_LIVE = "v21.0";
const MEDIA_URL_MS = 5 * 60 * 1000;
const MEDIA_LIFE_MS = 30 * 24 * 60 * 60 * 1000;
/** Of a file that a customer sent. */
const INCOMING_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

/** Answers requests as graph.facebook.com would, over whatever store keeps the accounts. */
export function createSandboxGraph(store: SandboxStore, options: SandboxGraphOptions = {}): SandboxGraph {
  const { now = Date.now, random = Math.random, speed = 1, verifyCallback = async () => true } = options;

  async function handle(request: SandboxRequest): Promise<SandboxAnswer> {
    const url = new URL(request.url);
    const parts = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
    if (url.pathname.startsWith("/whatsapp_business/attachments")) return download(request, url);
    const version = parts.shift();
    if (!version || !isKnownVersion(version)) return refuse(refusal(2500, `Unknown path components: ${url.pathname}`));
    const answer = await route(request, url, parts);
    answer.headers["facebook-api-version"] = Number(version.slice(1)) < Number(OLDEST_LIVE.slice(1)) ? OLDEST_LIVE : version;
    return answer;
  }

  async function route(request: SandboxRequest, url: URL, parts: string[]): Promise<SandboxAnswer> {
    const token = bearer(request, url);
    if (token === undefined) return refuse(refusal(190, "An access token is required to request this resource."));
    if (token.startsWith(EXPIRED_TOKEN_PREFIX)) return refuse(expired());
    const accounts = await store.accountsOf(token);
    const [first] = accounts;
    if (!first) return refuse(refusal(190, "Invalid OAuth access token - Cannot parse access token"));
    const unproven = checkProof(url, token, first);
    if (unproven) return refuse(unproven);
    const [id, edge, ...rest] = parts;
    const method = request.method.toUpperCase();
    if (id === undefined || rest.length > 0) return refuse(refusal(2500, `Unknown path components: ${url.pathname}`));
    if (id === "debug_token" && edge === undefined && method === "GET") return debugToken(first, token, url);

    const number = accounts.find((a) => a.phoneNumberId === id);
    if (number) {
      const { settings } = number;
      if (settings.tokenExpired) return late(settings, refuse(expired()));
      if (method === "POST" && edge === "messages") return messages(number, request);
      if (method === "POST" && edge === "media") return late(settings, await takeUpload(store, number, request, now()));
      if (method === "GET" && edge === undefined) return late(settings, node("number", number, url));
      if (method === "GET" && edge === "message_history") return late(settings, await history(number, url));
    }
    const owned = accounts.filter((a) => a.businessAccountId === id);
    const [business] = owned;
    if (business) {
      if (business.settings.tokenExpired) return late(business.settings, refuse(expired()));
      if (method === "GET" && edge === undefined) return late(business.settings, node("business", business, url));
      if (edge === "subscribed_apps") return late(business.settings, await subscription(business, owned, method, request));
      if (edge === "message_templates") return late(business.settings, await templates(business, request, url));
      if (method === "GET" && edge === "phone_numbers") return late(business.settings, numberPage(owned, url));
    }
    if (edge === "uploads" && (id === "app" || accounts.some((a) => a.appId === id))) return uploadSession(url, method);
    if (edge === undefined) {
      if (first.settings.tokenExpired) return refuse(expired());
      for (const account of accounts) {
        const template = (await allTemplates(callOf(account))).find((t) => t.id === id);
        if (template && method === "GET") return showNode("template", templateNode(template), url, TEMPLATE_FIELDS);
        if (template && method === "POST")
          return late(account.settings, await editTemplate(callOf(account), template, parseBody(request)));
      }
      if (id.startsWith("upload:") && method === "POST") return uploadBytes(id, request.headers, await bytesOf(request));
      const media = await mediaCall(accounts, id, method, url);
      if (media) return media;
    }
    return refuse(unknownObject(edge === undefined || (!number && !business) ? id : `${id}/${edge}`, method));
  }

  async function messages(account: SandboxAccount, request: SandboxRequest): Promise<SandboxAnswer> {
    const { settings } = account;
    const body = parseBody(request);
    const recorded = { account, e164: null, callbackData: callbackOf(body) };
    const refuseMessage = (cause: Refusal): SandboxAnswer => {
      store.observe?.({ ...recorded, code: cause.code, accepted: false });
      return late(settings, refuse(cause));
    };
    if (body === undefined) return refuseMessage(refusal(100, "The request body is not valid JSON."));
    if (settings.restricted)
      return refuseMessage(
        refusal(368, "The WhatsApp Business Account is restricted from messaging users because of a policy violation."),
      );
    const checked = checkMessage(body, namesTemplate(body) ? await allTemplates(callOf(account)) : []);
    if (checked.kind === "refused") return refuseMessage(checked.refusal);
    if (checked.kind === "read") {
      const known = await store.markRead(account, checked.messageId, now());
      return known
        ? late(settings, ok({ success: true }))
        : late(settings, refuse(refusal(131009, "Param message_id is not the id of a message that was received.")));
    }
    for (const id of checked.mediaIds) {
      if (await store.hasMedia(account, id, now() - MEDIA_LIFE_MS)) continue;
      return refuseMessage(refusal(100, `Param ['id'] is not a valid whatsapp business account media attachment ID: ${id}`));
    }
    if (checked.e164 === account.displayPhoneNumber) return refuseMessage(refusal(131021, "The recipient is the sender."));
    const nowMs = now();
    if (!(await store.takeRate(account, nowMs))) return refuseMessage(tooFast());
    const fault = pickFault(settings, random);
    if ("code" in fault) return refuseMessage(fault);
    let decision: Decision;
    if (fault.form !== "normal" && random() >= settings.acceptedShare) {
      decision = { phone: {}, outcome: { kind: "lost", answer: fault } };
    } else {
      decision = await store.accept(account, checked.e164, nowMs, (phone, people) =>
        decide({ account, draft: checked, nowMs, speed, answer: fault, random }, phone, people),
      );
    }
    const { outcome } = decision;
    if (outcome.kind === "refused") return refuseMessage(outcome.refusal);
    store.observe?.({ ...recorded, e164: checked.e164, code: null, accepted: outcome.kind === "accepted" });
    if (outcome.kind === "lost") return formed(outcome.answer, settings, {});
    return formed(outcome.answer, settings, {
      messaging_product: "whatsapp",
      contacts: [{ input: checked.input, wa_id: checked.waId }],
      messages: [{ id: outcome.messages[0]?.id, ...(checked.content.template ? { message_status: "accepted" } : {}) }],
    });
  }

  function debugToken(account: SandboxAccount, token: string, url: URL): SandboxAnswer {
    const input = url.searchParams.get("input_token");
    if (!input)
      return refuse({
        ...refusal(100, "The parameter input_token is required"),
        message: "(#100) The parameter input_token is required",
      });
    const isValid = input === token && !account.settings.tokenExpired;
    const scopes = ["whatsapp_business_management", "whatsapp_business_messaging"];
    return ok({
      data: {
        app_id: account.appId,
        type: "SYSTEM_USER",
        application: "Sandbox",
        is_valid: isValid,
        ...(isValid
          ? {
              data_access_expires_at: 0,
              expires_at: 0,
              issued_at: Math.floor(now() / 1000),
              scopes,
              granular_scopes: scopes.map((scope) => ({ scope, target_ids: [account.businessAccountId] })),
              user_id: "122100000000000001",
            }
          : {
              error: { code: 190, message: "Error validating access token: the session has expired.", subcode: 463 },
              scopes: [],
            }),
      },
    });
  }

  async function subscription(
    business: SandboxAccount,
    owned: SandboxAccount[],
    method: string,
    request: SandboxRequest,
  ): Promise<SandboxAnswer> {
    if (method === "GET") {
      const app = {
        whatsapp_business_api_data: {
          id: business.appId,
          name: "Sandbox",
          link: `https://www.facebook.com/games/?app_id=${business.appId}`,
        },
      };
      const data = business.subscribed
        ? [{ ...app, ...(business.overrideUrl === null ? {} : { override_callback_uri: business.overrideUrl }) }]
        : [];
      return ok({ data });
    }
    if (method === "DELETE") {
      for (const account of owned) await store.setSubscription(account, { subscribed: false, overrideUrl: null });
      return ok({ success: true });
    }
    if (method !== "POST") return refuse(unknownObject(`${business.businessAccountId}/subscribed_apps`, method));
    const body = parseBody(request);
    const given = isJson(body) ? body : {};
    let overrideUrl: string | null = null;
    if (given.override_callback_uri !== undefined) {
      const address = given.override_callback_uri;
      if (typeof address !== "string" || address.length > 200 || !/^https?:\/\//.test(address)) {
        return refuse(refusal(100, "Param override_callback_uri must be an address of at most 200 characters."));
      }
      if (typeof given.verify_token !== "string" || given.verify_token === "")
        return refuse(refusal(100, "The parameter verify_token is required."));
      if (!(await verifyCallback(address, given.verify_token))) {
        return refuse(refusal(100, "Callback verification failed: the address did not answer with the challenge."));
      }
      overrideUrl = address;
    }
    for (const account of owned) await store.setSubscription(account, { subscribed: true, overrideUrl });
    return ok({ success: true });
  }

  function callOf(account: SandboxAccount) {
    return { store, account, nowMs: now(), speed };
  }

  function templates(account: SandboxAccount, request: SandboxRequest, url: URL): Promise<SandboxAnswer> | SandboxAnswer {
    const method = request.method.toUpperCase();
    if (method === "GET") return templatePage(account, url);
    if (method === "POST") return createTemplate(callOf(account), parseBody(request));
    if (method === "DELETE") return deleteTemplates(callOf(account), url);
    return refuse(unknownObject(`${account.businessAccountId}/message_templates`, method));
  }

  async function templatePage(account: SandboxAccount, url: URL): Promise<SandboxAnswer> {
    const query = url.searchParams;
    const matches = (name: string, value: string) => {
      const wanted = query.get(name);
      return wanted === null || wanted.toLowerCase() === value.toLowerCase();
    };
    const found = (await allTemplates(callOf(account))).filter(
      (t) =>
        matches("status", t.status) &&
        matches("category", t.category) &&
        matches("language", t.language) &&
        t.name.includes(query.get("name") ?? ""),
    );
    return showPage("template", found.map(templateNode), url, TEMPLATE_FIELDS);
  }

  function numberPage(owned: SandboxAccount[], url: URL): SandboxAnswer {
    return showPage("number", owned.map(numberNode), url, NUMBER_FIELDS);
  }

  function node(kind: "business" | "number", account: SandboxAccount, url: URL): SandboxAnswer {
    return kind === "number"
      ? showNode("number", numberNode(account), url, NUMBER_FIELDS)
      : showNode("business", businessNode(account), url, BUSINESS_FIELDS);
  }

  async function history(account: SandboxAccount, url: URL): Promise<SandboxAnswer> {
    const messageId = url.searchParams.get("message_id");
    if (!messageId) return refuse(refusal(100, "The parameter message_id is required."));
    const message = await store.findMessage(account, messageId);
    const nowMs = now();
    const moments = message
      ? ([
          ["ACCEPTED", message.acceptedAt],
          ["SENT", message.sentAt],
          ["DELIVERED", message.deliveredAt],
          ["READ", message.readAt],
          ["FAILED", message.failedAt],
        ] as const)
      : [];
    const events = moments.flatMap(([status, at]) =>
      at === null || at > nowMs
        ? []
        : [
            {
              delivery_status: status,
              timestamp: Math.floor(at / 1000),
              ...(status === "FAILED" ? { error_description: String(message?.errorCode) } : {}),
            },
          ],
    );
    const data = message
      ? [
          {
            id: createHash("sha256").update(messageId).digest("hex").slice(0, 16),
            message_id: messageId,
            events: { data: events },
          },
        ]
      : [];
    return ok({ data });
  }

  async function mediaCall(
    accounts: readonly SandboxAccount[],
    id: string,
    method: string,
    url: URL,
  ): Promise<SandboxAnswer | undefined> {
    const only = url.searchParams.get("phone_number_id");
    for (const account of accounts) {
      if (only !== null && account.phoneNumberId !== only) continue;
      const media = await store.findMedia(account, id);
      if (!media || !isHeld(account, media)) continue;
      if (method === "DELETE") {
        await store.removeMedia(account, id);
        return ok({ success: true });
      }
      if (method !== "GET") return undefined;
      const link = new URL("/whatsapp_business/attachments/", url);
      link.search = new URLSearchParams({
        mid: id,
        ext: String(Math.floor((now() + MEDIA_URL_MS) / 1000)),
        hash: media.sha256.slice(0, 12),
      }).toString();
      return ok({
        messaging_product: "whatsapp",
        url: link.href,
        mime_type: media.mimeType,
        sha256: media.sha256,
        file_size: media.size,
        id,
      });
    }
    return undefined;
  }

  function isHeld({ settings }: SandboxAccount, { incoming, createdAt }: Media): boolean {
    if (incoming && settings.mediaGone) return false;
    return now() - createdAt <= (incoming ? INCOMING_LIFE_MS : MEDIA_LIFE_MS);
  }

  async function download(request: SandboxRequest, url: URL): Promise<SandboxAnswer> {
    const token = bearer(request, url);
    const accounts = token === undefined ? [] : await store.accountsOf(token);
    for (const account of accounts) {
      const media = await store.findMedia(account, url.searchParams.get("mid") ?? "");
      if (
        !media ||
        !isHeld(account, media) ||
        Number(url.searchParams.get("ext")) * 1000 < now() ||
        !media.sha256.startsWith(url.searchParams.get("hash") ?? "-")
      )
        continue;
      return {
        status: 200,
        headers: { "content-type": media.mimeType, "content-length": String(media.bytes.length) },
        text: "",
        bytes: media.bytes,
        delayMs: 0,
      };
    }
    return { status: 404, headers: { "content-type": "text/plain" }, text: "", delayMs: 0 };
  }

  function late(settings: SandboxSettings, answer: SandboxAnswer): SandboxAnswer {
    return { ...answer, delayMs: answer.delayMs + settings.latencyMs };
  }

  return { handle };
}

function isKnownVersion(version: string): boolean {
  const match = /^v(\d+)\.0$/.exec(version);
  return match !== null && Number(match[1]) >= OLDEST_VERSION && Number(match[1]) <= NEWEST_VERSION;
}

function bearer(request: SandboxRequest, url: URL): string | undefined {
  const header = request.headers.authorization ?? request.headers.Authorization ?? "";
  const token = /^(?:Bearer|OAuth) +(\S+) *$/i.exec(header)?.[1] ?? url.searchParams.get("access_token");
  return token || undefined;
}

/** Meta checks a proof wherever one is given, and asks for one where the app is set so. */
function checkProof(url: URL, token: string, { appSecret, settings }: SandboxAccount): Refusal | null {
  const proof = url.searchParams.get("appsecret_proof");
  if (proof === null)
    return settings.requiresAppSecret ? withoutProof("API calls from the server require an appsecret_proof argument") : null;
  const isRight = proof === createHmac("sha256", appSecret).update(token).digest("hex");
  return isRight ? null : withoutProof("Invalid appsecret_proof provided in the API argument");
}

function parseBody(request: SandboxRequest): unknown {
  const { body } = request;
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return undefined;
  try {
    return JSON.parse(typeof body === "string" ? body : Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}

async function bytesOf({ body = "" }: SandboxRequest): Promise<Uint8Array> {
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

function namesTemplate(body: unknown): boolean {
  return isJson(body) && body.type === "template";
}

function callbackOf(body: unknown): string | null {
  return isJson(body) && typeof body.biz_opaque_callback_data === "string" ? body.biz_opaque_callback_data : null;
}

/** At most one of the account's faults, by their shares. */
function pickFault(settings: SandboxSettings, random: () => number): AnswerForm | Refusal {
  let left = random();
  const hits = (share: number) => {
    left -= share;
    return share > 0 && left < 0;
  };
  if (hits(settings.errorShare)) return refusal(131000, "Message failed to send due to an unknown error.");
  if (hits(settings.rateLimitShare)) return tooFast();
  if (hits(settings.serverErrorShare)) return { form: "empty", delayMs: 0 };
  if (hits(settings.htmlShare)) return { form: "html", delayMs: 0 };
  if (hits(settings.hangShare)) return { form: "hang", delayMs: 0 };
  if (hits(settings.closeShare)) return { form: "close", delayMs: 0 };
  if (hits(settings.lateShare)) return { form: "normal", delayMs: settings.lateMs };
  return { form: "normal", delayMs: 0 };
}
