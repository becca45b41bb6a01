// A loader for `next build`: gives each app/api/…/route.ts the methods that it does not have, so that Next too answers them with
// `method_not_allowed` and `Allow` instead of nothing. Our own server finds out by itself (server/api-router.ts).

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

export default function addMissingMethods(source) {
  const has = METHODS.filter((method) => new RegExp(`^export (?:const|(?:async )?function) ${method}\\b`, "m").test(source));
  // A route that names its methods otherwise has them all.
  if (has.length === 0) return source;
  const allow = METHODS.filter((method) => has.includes(method) || (method === "HEAD" && has.includes("GET")));
  const missing = METHODS.filter((method) => !allow.includes(method));
  return [
    source,
    `import { refuseMethod as refuseMissingMethod } from "@/lib/http/refuse";`,
    `const refuseMissing = refuseMissingMethod(${JSON.stringify(allow)});`,
    `export { ${missing.map((method) => `refuseMissing as ${method}`).join(", ")} };`,
    "",
  ].join("\n");
}
