import { expect, test } from "vitest";
import { compareAnswers, parseCurl, readGuide } from "./guide-commands";

test("reads a curl command as a shell would", () => {
  const command = `curl -X POST http://localhost:3000/api/v1/x \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{
    "text": "a \\"b\\" c"
  }'
`;
  expect(parseCurl(command)).toEqual({
    method: "POST",
    url: "http://localhost:3000/api/v1/x",
    headers: [
      ["Authorization", "Bearer YOUR_TOKEN"],
      ["Content-Type", "application/json"],
    ],
    body: '{\n    "text": "a \\"b\\" c"\n  }',
  });
});

test("refuses an option it does not know instead of leaving it out", () => {
  expect(() => parseCurl("curl --insecure x http://localhost")).toThrow("--insecure");
});

test("finds every command of the guide with its answer, the five of the contract first", async () => {
  const commands = await readGuide();
  expect(commands.slice(0, 5).map(({ title, method, expected }) => [title, method, expected.status])).toEqual([
    ["Create WhatsApp Integration", "POST", 201],
    ["Test Connection", "POST", 200],
    ["Verify Integration", "GET", 200],
    ["Send Text Message", "POST", 202],
    ["Send Template Message", "POST", 202],
  ]);
  const errors = commands
    .map(({ expected }) => expected.body)
    .filter((body) => body && typeof body === "object" && "error" in body);
  expect(errors).toContainEqual({ error: "invalid_phone_number", message: "Phone number format is invalid" });
  expect(errors).toContainEqual({ error: "template_not_approved", message: "Message template is not approved by Meta" });
  expect(errors).toContainEqual({ error: "rate_limit_exceeded", message: "Too many messages sent. Please wait." });
  expect(errors).toContainEqual({ error: "recipient_not_opted_in", message: "Recipient has not opted in to receive messages" });
});

test("takes more fields in an answer, but in an error only those that every error has", () => {
  const expected = { status: 200, body: { id: "…", list: [{ ok: true }] } };
  expect(compareAnswers(expected, { status: 200, body: { id: "x", more: 1, list: [{ ok: true, also: 2 }, {}] } })).toEqual([]);
  expect(compareAnswers(expected, { status: 202, body: { id: "", list: [] } })).toEqual([
    "status 202 instead of 200",
    'id is "" instead of some text',
    "list is [] instead of 1 entries",
  ]);
  const error = { status: 400, body: { error: "a", message: "B" } };
  expect(compareAnswers(error, { status: 400, body: { error: "a", message: "B", requestId: "req_1", details: {} } })).toEqual([]);
  expect(compareAnswers(error, { status: 400, body: { error: "a", message: "b", stack: "" } })).toEqual([
    'message is "b" instead of "B"',
    "unexpected stack",
    "requestId is missing",
  ]);
});
