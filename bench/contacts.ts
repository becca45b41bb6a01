import { apiOf, removeDataDir, runScript, startInstallation } from "./harness";

/**
 * How long lists of a great many contacts take over the API: searched by name (of many, few and nobody), filtered by consent, both
 * together, sorted, and counted. Prints the middle and the slowest of each; fails when a middle is above 200 ms.
 *   node scripts/run.mjs bench/contacts.ts [--contacts 1000000] [--times 20] [--port 3201]
 */
const option = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const count = option("contacts", 1_000_000);
const times = option("times", 20);
const WANTED_MS = 200;

const QUESTIONS = {
  "first page": "?limit=50",
  "by name": "?limit=50&sort=name",
  "search of many (yilmaz)": "?limit=50&search=yilmaz",
  "search of many, by name (ŞAHİN)": `?limit=50&sort=name&search=${encodeURIComponent("ŞAHİN")}`,
  "search of two words (ilhan çelik)": `?limit=50&search=${encodeURIComponent("ilhan çelik")}`,
  "search of one person": `?limit=50&search=${encodeURIComponent(`${Math.floor(count / 2)}`)}`,
  "search of nobody": "?limit=50&search=qqqzzz",
  "search of two letters (oz)": "?limit=50&search=oz",
  "opted in to marketing": "?limit=50&consent=opted_in&purpose=marketing",
  "opted out of marketing (one in 1,000)": "?limit=50&consent=opted_out&purpose=marketing",
  "opted out and named kaya": "?limit=50&consent=opted_out&purpose=marketing&search=kaya",
  "opted out, by name": "?limit=50&consent=opted_out&purpose=marketing&sort=name",
} as const;
const COUNTED = ["?search=yilmaz", "?consent=opted_out&purpose=marketing", ""];

const app = await startInstallation({ port: option("port", 3201) });
try {
  const seed = JSON.parse((await runScript("scripts/seed.ts", ["--json"], app.environment)).trim().split("\n").at(-1) ?? "{}");
  await runScript("bench/fill.ts", ["named", String(count)], app.environment);
  const api = apiOf(app.url, seed.token);
  const report: Record<string, { found: number; middleMs: number; slowestMs: number }> = {};
  const ask = async (name: string, path: string, foundIn: (body: Record<string, unknown>) => number) => {
    const took: number[] = [];
    let found = 0;
    for (let i = 0; i < times; i++) {
      const from = performance.now();
      const { status, body } = await api("GET", path);
      took.push(performance.now() - from);
      if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
      found = foundIn(body);
    }
    took.sort((a, b) => a - b);
    report[name] = {
      found,
      middleMs: Math.round(took[Math.floor(times / 2)] ?? 0),
      slowestMs: Math.round(took.at(-1) ?? 0),
    };
  };
  for (const [name, query] of Object.entries(QUESTIONS))
    await ask(name, `/api/v1/crm/contacts${query}`, (body) => (body.data as unknown[]).length);
  for (const query of COUNTED)
    await ask(`count ${query || "of all"}`, `/api/v1/crm/contacts/count${query}`, (body) => Number(body.count));
  console.log(JSON.stringify(report, null, 2));
  const slow = Object.entries(report).filter(([, { middleMs }]) => middleMs > WANTED_MS);
  if (slow.length > 0) process.exitCode = 1;
} finally {
  await app.stop();
  await removeDataDir(app.dataDir);
}
