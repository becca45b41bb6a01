import { expect, it } from "vitest";
import { parseEndpoint } from "@/lib/whatsapp/endpoint";
import { CURRENT_VERSION } from "@/lib/whatsapp/versions";

const HOSTS = "graph.facebook.com, http://127.0.0.1:4004,proxy.example.com:8443";

it.each([
  ["https://graph.facebook.com/v18.0", "https://graph.facebook.com", "v18.0"],
  ["https://graph.facebook.com/v25.0/", "https://graph.facebook.com", "v25.0"],
  ["https://graph.facebook.com", "https://graph.facebook.com", CURRENT_VERSION],
  ["https://GRAPH.facebook.com:443/v25.0", "https://graph.facebook.com", "v25.0"],
  [" https://graph.facebook.com/ ", "https://graph.facebook.com", CURRENT_VERSION],
  ["http://127.0.0.1:4004/v26.0", "http://127.0.0.1:4004", "v26.0"],
  ["https://proxy.example.com:8443/v26.0", "https://proxy.example.com:8443", "v26.0"],
])("accepts %s", (given, baseUrl, version) => {
  expect(parseEndpoint(given, HOSTS)).toEqual({ ok: true, baseUrl, version });
});

it.each([
  ["", "malformed"],
  ["graph.facebook.com/v18.0", "malformed"],
  ["ftp://graph.facebook.com/v18.0", "malformed"],
  ["javascript:alert(1)", "malformed"],
  ["https://", "malformed"],
  ["https://user:pass@graph.facebook.com/v18.0", "credentials_in_url"],
  ["https://graph.facebook.com@evil.example/v18.0", "credentials_in_url"],
  ["https://graph.facebook.com/v18.0?access_token=x", "query_in_url"],
  ["https://graph.facebook.com/v18.0#x", "query_in_url"],
  ["https://graph.facebook.com/v18.0?", "query_in_url"],
  ["http://graph.facebook.com/v18.0", "https_required"],
  ["https://evil.example/v18.0", "host_not_allowed"],
  ["https://graph.facebook.com.evil.example/v18.0", "host_not_allowed"],
  ["https://graph.facebook.com:8443/v18.0", "host_not_allowed"],
  ["https://graph.facebook.com./v18.0", "host_not_allowed"],
  ["http://127.0.0.1:4005/v18.0", "https_required"],
  ["https://127.0.0.1:4004/v18.0", "host_not_allowed"],
  ["http://localhost:4004/v18.0", "https_required"],
  ["https://evil.example\\@graph.facebook.com/v18.0", "host_not_allowed"],
  ["https://graph.facebook.com/18.0", "path_not_a_version"],
  ["https://graph.facebook.com/v18.0/123/messages", "path_not_a_version"],
  ["https://graph.facebook.com/v18", "path_not_a_version"],
])("refuses %s as %s", (given, reason) => {
  expect(parseEndpoint(given, HOSTS)).toMatchObject({ ok: false, reason });
});

it("allows nothing when the list is empty", () => {
  expect(parseEndpoint("https://graph.facebook.com/v18.0", " , ")).toMatchObject({ ok: false, reason: "host_not_allowed" });
});
