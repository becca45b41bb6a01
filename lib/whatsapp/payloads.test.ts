import { describe, expect, it } from "vitest";
import { AppError } from "@/lib/errors";
import { templatePayload, textPayload } from "@/lib/whatsapp/payloads";

function thrownBy(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("textPayload", () => {
  it("carries our id, the answer's target and the text", () => {
    expect(
      textPayload({ to: "+905550001122", body: "Hello", callbackData: "msg_1", contextMessageId: "wamid.A", previewUrl: true }),
    ).toEqual({
      messaging_product: "whatsapp",
      recipient_type: "individual",
      to: "+905550001122",
      biz_opaque_callback_data: "msg_1",
      context: { message_id: "wamid.A" },
      type: "text",
      text: { body: "Hello", preview_url: true },
    });
  });

  it("addresses a user id", () => {
    expect(textPayload({ recipient: "TR.1122", body: "Hello" })).toEqual({
      messaging_product: "whatsapp",
      recipient_type: "individual",
      recipient: "TR.1122",
      type: "text",
      text: { body: "Hello", preview_url: false },
    });
  });

  it.each(["905550001122", "+90 555", "+", "", "05551112233"])(
    "refuses the number %j: without + Meta may reach a stranger",
    (to) => {
      expect(thrownBy(() => textPayload({ to, body: "x" })).code).toBe("invalid_phone_number");
    },
  );

  it.each([[{ body: "" }], [{ body: " \n " }], [{ body: "x".repeat(4097) }], [{ body: "x", callbackData: "x".repeat(513) }]])(
    "refuses %j",
    (input) => {
      expect(thrownBy(() => textPayload({ to: "+905550001122", ...input })).code).toBe("validation_failed");
    },
  );

  it("takes exactly 4096 characters", () => {
    expect(textPayload({ to: "+905550001122", body: "x".repeat(4096) }).text.body).toHaveLength(4096);
    expect(textPayload({ to: "+905550001122", body: "😀".repeat(4096) }).text.body).toBe("😀".repeat(4096));
    expect(() => textPayload({ to: "+905550001122", body: "😀".repeat(4097) })).toThrow();
  });
});

describe("templatePayload", () => {
  const to = "+905550001122";
  const componentsOf = (components: unknown, parameterFormat: string, params: string[] | Record<string, string>) =>
    templatePayload({ to, template: { name: "t", language: "tr", components, parameterFormat }, params, callbackData: "msg_1" })
      .template;

  it("names the parameters of a NAMED template, in the body's order", () => {
    const components = [{ type: "BODY", text: "Hello {{customerName}}, {{orderNumber}} is here." }];
    const expected = {
      name: "t",
      language: { code: "tr" },
      components: [
        {
          type: "body",
          parameters: [
            { type: "text", parameter_name: "customerName", text: "Ayse" },
            { type: "text", parameter_name: "orderNumber", text: "TR-1" },
          ],
        },
      ],
    };
    expect(componentsOf(components, "NAMED", { orderNumber: "TR-1", customerName: "Ayse" })).toEqual(expected);
    expect(componentsOf(components, "NAMED", ["Ayse", "TR-1"])).toEqual(expected);
  });

  it("numbers nothing in a POSITIONAL template, but keeps the order", () => {
    const components = [
      { type: "HEADER", format: "TEXT", text: "Order {{1}}" },
      { type: "BODY", text: "On {{2}} by {{1}}." },
      {
        type: "BUTTONS",
        buttons: [
          { type: "PHONE_NUMBER", text: "Call", phone_number: "+90" },
          { type: "URL", text: "Track", url: "https://e.com/{{1}}" },
        ],
      },
    ];
    expect(componentsOf(components, "POSITIONAL", ["TR-1", "Ali", "Monday", "t1"]).components).toEqual([
      { type: "header", parameters: [{ type: "text", text: "TR-1" }] },
      {
        type: "body",
        parameters: [
          { type: "text", text: "Ali" },
          { type: "text", text: "Monday" },
        ],
      },
      { type: "button", sub_type: "url", index: "1", parameters: [{ type: "text", text: "t1" }] },
    ]);
  });

  it("fills a name used in header and body twice from one value", () => {
    const components = [
      { type: "HEADER", format: "TEXT", text: "For {{ad}}" },
      { type: "BODY", text: "Hi {{ad}}!" },
    ];
    expect(componentsOf(components, "NAMED", { ad: "Ayse" }).components).toEqual([
      { type: "header", parameters: [{ type: "text", parameter_name: "ad", text: "Ayse" }] },
      { type: "body", parameters: [{ type: "text", parameter_name: "ad", text: "Ayse" }] },
    ]);
  });

  it.each([
    ["OTP as created", { type: "OTP", otp_type: "COPY_CODE", text: "Copy" }],
    [
      "URL as read back",
      { type: "URL", text: "Copy", url: "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}" },
    ],
  ])("sends a one-time code twice (%s)", (_what, button) => {
    const components = [
      { type: "BODY", text: "*{{1}}* is your code." },
      { type: "BUTTONS", buttons: [button] },
    ];
    expect(componentsOf(components, "POSITIONAL", ["123456"]).components).toEqual([
      { type: "body", parameters: [{ type: "text", text: "123456" }] },
      { type: "button", sub_type: "url", index: "0", parameters: [{ type: "text", text: "123456" }] },
    ]);
  });

  it("sends a coupon code", () => {
    const components = [
      { type: "BODY", text: "Take it." },
      {
        type: "BUTTONS",
        buttons: [
          { type: "QUICK_REPLY", text: "No" },
          { type: "COPY_CODE", text: "Copy" },
        ],
      },
    ];
    expect(componentsOf(components, "POSITIONAL", ["SAVE10"]).components).toEqual([
      { type: "button", sub_type: "copy_code", index: "1", parameters: [{ type: "coupon_code", coupon_code: "SAVE10" }] },
    ]);
  });

  it("has no components when there is nothing to fill in", () => {
    expect(componentsOf([{ type: "BODY", text: "We are open." }], "POSITIONAL", [])).toEqual({
      name: "t",
      language: { code: "tr" },
    });
  });

  it("refuses values that do not fit, with the whole answer of the check", () => {
    const error = thrownBy(() => componentsOf([{ type: "BODY", text: "Hi {{1}}." }], "POSITIONAL", { name: "x" }));
    expect(error.code).toBe("template_params_mismatch");
    expect(error.details).toMatchObject({
      missing: ["1"],
      unexpected: ["name"],
      expected: { format: "POSITIONAL", keys: ["1"] },
    });
  });
});
