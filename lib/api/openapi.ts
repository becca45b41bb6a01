import "server-only";
import { z } from "zod";
import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import { ERRORS } from "@/lib/errors";
import type { RouteSpec } from "./route";
import type { RouteModule } from "./route-files";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
type Method = (typeof METHODS)[number];

const Problem = z
  .object({
    error: z.enum(Object.keys(ERRORS) as [string, ...string[]]).describe("A code to switch on."),
    message: z.string().describe("One sentence for people."),
    requestId: z.string().describe("Under which the request is found in the log."),
    details: z.unknown().optional().describe("Where there is more to say; for validation_failed a list of { path, message }."),
  })
  .meta({ id: "Error" });

/** The declared operations of a route file. */
export function operationsOf(module: RouteModule): [Method, RouteSpec][] {
  return METHODS.flatMap((method) => {
    const handler = module[method];
    const spec = typeof handler === "function" && "spec" in handler ? (handler.spec as RouteSpec) : undefined;
    return spec ? [[method, spec] as [Method, RouteSpec]] : [];
  });
}

/** The OpenAPI 3.1 document of the routes, in the order given. */
export function describeApi(routes: readonly { path: string; module: RouteModule }[]): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const { path, module } of routes) {
    const operations = operationsOf(module).map(([method, spec]) => [method.toLowerCase(), operationOf(method, path, spec)]);
    if (operations.length > 0) paths[path] = Object.fromEntries(operations);
  }
  const description: ZodOpenApiObject = {
    openapi: "3.1.0",
    info: {
      title: "WhatsApp console API",
      version: "1",
      description: [
        "Everything the console does, over HTTP. Send an API token as `Authorization: Bearer YOUR_TOKEN`.",
        "Lists answer `{ data, nextCursor }`; pass `nextCursor` as `cursor` for the next page.",
        "Errors answer `{ error, message, requestId, details? }`.",
      ].join(" "),
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "An API token of your organization." } },
    },
    paths,
  };
  return createDocument(description, { override: ({ jsonSchema, io }) => void tidy(jsonSchema, io) });
}

type Tidied = { format?: string; pattern?: string; minimum?: number; maximum?: number; additionalProperties?: unknown };

/** A format says all that its long pattern does; every integer is safe; and answers may gain fields, so they are not declared closed. */
function tidy(schema: Tidied, io: "input" | "output"): void {
  if (schema.format) delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (io === "output" && schema.additionalProperties === false) delete schema.additionalProperties;
}

function operationOf(method: Method, path: string, spec: RouteSpec): ZodOpenApiOperationObject {
  const isPublic = spec.permission === "public";
  const status = spec.status ?? (spec.response || spec.contentType ? 200 : 204);
  const needs = isPublic
    ? []
    : spec.permission === "signed_in"
      ? ["Needs any API token or session."]
      : [`Needs the permission \`${spec.permission}\`.`];
  return {
    operationId: operationIdOf(method, path),
    summary: spec.summary,
    description: [spec.description, ...needs].filter(Boolean).join("\n\n") || undefined,
    tags: [tagOf(path)],
    ...(isPublic ? { security: [] } : {}),
    requestParams: {
      ...(spec.params ? { path: asObject(spec.params) } : {}),
      ...(spec.query ? { query: asObject(spec.query) } : {}),
    },
    ...(spec.body
      ? {
          requestBody: {
            required: !spec.body.safeParse(undefined).success,
            content: { "application/json": { schema: spec.body } },
          },
        }
      : {}),
    ...(spec.form ? { requestBody: { required: true, content: { "multipart/form-data": { schema: spec.form } } } } : {}),
    responses: {
      [`${status}`]: {
        description: DESCRIPTIONS[status],
        ...(spec.response ? { content: { "application/json": { schema: spec.response } } } : {}),
        ...(spec.contentType ? { content: { [spec.contentType]: { schema: z.string() } } } : {}),
      },
      default: { description: "An error", content: { "application/json": { schema: Problem } } },
    },
  };
}

const DESCRIPTIONS = { 200: "Done", 201: "Created", 202: "Accepted", 204: "Done; the answer is empty" } as const;

/** `patch_members_id`: the path is unique, so this is too. */
function operationIdOf(method: Method, path: string): string {
  const words = path.replace(/^\/api\/v1\//, "").match(/\w+/g) ?? [];
  return [method.toLowerCase(), ...words].join("_");
}

/** The noun: the first word of the path behind `crm/whatsapp`. */
function tagOf(path: string): string {
  const words = path.split("/").slice(3);
  return words.find((word) => word !== "crm" && word !== "whatsapp") ?? "api";
}

function asObject(shape: z.ZodType): z.ZodObject {
  if (!(shape instanceof z.ZodObject)) throw new Error("A route's parameters and query must be plain objects.");
  return shape;
}
