import { beforeEach, describe, expect, it } from "vitest";
import { getMessageHistory, readReceipt, sendRequest } from "@/lib/whatsapp/graph";
import { debugToken, getBusinessAccount, getPhoneNumber, listSubscribedApps, subscribeApp } from "@/lib/whatsapp/graph-accounts";
import type { GraphAccess } from "@/lib/whatsapp/graph-call";
import { appSecretProof } from "@/lib/whatsapp/graph-edge";
import { listTemplates } from "@/lib/whatsapp/graph-templates";
import { type MessagePayload, textPayload } from "@/lib/whatsapp/payloads";
import { createSandboxGraph } from "./graph";
import { MemoryStore } from "./memory-store";

const PNID = "200300400500600";
const WABA = "100200300400500";
const send = async (by: GraphAccess, payload: MessagePayload) => {
  if (!by.transport) throw new Error("The stand-in is the transport.");
  return readReceipt(by, await by.transport(sendRequest(by, PNID, payload)));
};
let store: MemoryStore;
let access: GraphAccess;

beforeEach(() => {
  store = new MemoryStore();
  store.registerAccount({
    phoneNumberId: PNID,
    businessAccountId: WABA,
    accessToken: "good",
    appSecret: "secret",
    webhookUrl: null,
  });
  const graph = createSandboxGraph(store);
  access = {
    baseUrl: "https://graph.facebook.com",
    version: "v26.0",
    accessToken: "good",
    transport: (request) => graph.handle(request),
  };
});

/** The product's own client and the stand-in were written apart: here they meet. */
describe("the product's Graph client", () => {
  it("reads number, account, token and subscription", async () => {
    expect(await getPhoneNumber(access, PNID)).toMatchObject({
      id: PNID,
      verifiedName: "Sandbox",
      qualityRating: "GREEN",
      status: "CONNECTED",
      throughputLevel: "STANDARD",
      messagingLimit: "TIER_2K",
      isOnBizApp: false,
      health: { canSendMessage: "AVAILABLE" },
    });
    expect(await getBusinessAccount(access, WABA)).toMatchObject({
      id: WABA,
      accountReviewStatus: "APPROVED",
      health: { canSendMessage: "AVAILABLE" },
    });
    expect(await debugToken(access)).toMatchObject({
      isValid: true,
      expiresAt: null,
      scopes: ["whatsapp_business_management", "whatsapp_business_messaging"],
    });
    expect(await listSubscribedApps(access, WABA)).toHaveLength(1);
    await subscribeApp(access, WABA);
  });

  it.each([3, 25, 100])("reads every template, %d a page", async (pageSize) => {
    const found = [];
    for await (const page of listTemplates(access, WABA, { pageSize })) found.push(...page);
    expect(new Set(found.map((t) => t.id)).size).toBe(26);
    expect(found.find((t) => t.name === "flash_sale")).toMatchObject({
      status: "REJECTED",
      rejectedReason: "TAG_CONTENT_MISMATCH",
    });
    expect(found.find((t) => t.name === "order_confirmation")).toMatchObject({
      parameterFormat: "NAMED",
      status: "APPROVED",
      qualityScore: "GREEN",
    });
    for (const template of found)
      expect(
        template.components.some((c) => c.type === "BODY"),
        template.name,
      ).toBe(true);
  });

  it("sends, and reads the message's history", async () => {
    const receipt = await send(access, textPayload({ to: "+905551234567", body: "Hello" }));
    expect(receipt).toMatchObject({ messageId: expect.stringMatching(/^wamid\./), waId: "905551234567" });
    expect(await getMessageHistory(access, PNID, receipt.messageId)).toMatchObject([
      { status: "accepted", at: expect.any(Date) },
    ]);
  });

  it.each([
    ["another token", () => debugToken({ ...access, accessToken: "other" }), { code: 190, httpStatus: 401 }],
    ["another number", () => getPhoneNumber(access, "42"), { code: 100, subcode: 33 }],
  ] as const)("understands the refusal of %s", async (_, ask, expected) => {
    await expect(ask()).rejects.toMatchObject(expected);
  });

  it("proves the app secret where the app asks for it, and is refused with a wrong one", async () => {
    const proven = { ...access, appSecretProof: appSecretProof("good", "secret") };
    expect(await getPhoneNumber(proven, PNID)).toMatchObject({ id: PNID });
    await expect(getPhoneNumber({ ...access, appSecretProof: appSecretProof("good", "another") }, PNID)).rejects.toMatchObject({
      code: 100,
      wantsAppSecret: true,
    });
    store.updateSettings({ requiresAppSecret: true }, PNID);
    await expect(getPhoneNumber(access, PNID)).rejects.toMatchObject({ code: 100, wantsAppSecret: true });
    expect(await getPhoneNumber(proven, PNID)).toMatchObject({ id: PNID });
    const receipt = await send(proven, textPayload({ to: "+905551234567", body: "Hello" }));
    expect(receipt.messageId).toMatch(/^wamid\./);
  });
});
