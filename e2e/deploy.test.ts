import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { request as requestTls } from "node:https";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { eventually, freePort } from "@/inngest/testing";
import { EnvSchema } from "@/lib/env";

// The files of docs/deploy.md are taken to the letter, with folders and ports of ours.
const guide = readFileSync("docs/deploy.md", "utf8");
const SRV = "/srv/message-console";

/** The code block after this text. */
function blockAfter(text: string): string {
  const at = guide.indexOf(text);
  const found = at < 0 ? undefined : /```\w*\n([\s\S]*?)```/.exec(guide.slice(at))?.[1];
  if (found === undefined) throw new Error(`docs/deploy.md has no block after "${text}".`);
  return found;
}

const UNITS = [...guide.matchAll(/^`\/etc\/systemd\/system\/([\w.-]+)`:$/gm)].map(([, name = ""]) => name);
const unit = (name: string) => blockAfter(`\`/etc/systemd/system/${name}\`:`);

const paths = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
const find = (program: string) => paths.map((path) => join(path, program)).find(existsSync);
const nginx = find("nginx");
const caddy = find("caddy");
const analyze = find("systemd-analyze");

let folder = "";
const children = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "whatsapp-console-deploy-"));
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

function run(command: string, args: string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

describe("one machine", () => {
  if (!analyze) notTried("systemd-analyze");
  else
    test("has units that systemd takes without a word", async () => {
      expect(UNITS).toContain("message-console.service");
      const files = UNITS.map((name) => join(folder, name));
      for (const name of UNITS) await writeFile(join(folder, name), unit(name));
      const { stdout, stderr } = spawnSync(analyze ?? "", ["verify", "--man=no", ...files], { encoding: "utf8" });
      const said = `${stdout}${stderr}`
        .split("\n")
        .filter((line) => line.includes(folder) || UNITS.some((name) => line.includes(name)));
      expect(said).toEqual([]);
    });

  test("gives the server only settings that it reads", () => {
    const lines = blockAfter(`\`${SRV}/app/.env\`:`).trim().split("\n");
    const names = lines.map((line) => line.split("=")[0]);
    expect(names).toContain("PUBLIC_URL");
    for (const name of names) expect(Object.keys(EnvSchema.shape)).toContain(name);
  });

  test("names only commands and files that are there", () => {
    const scripts = Object.keys(JSON.parse(readFileSync("package.json", "utf8")).scripts);
    const named = [...guide.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !scripts.includes(name ?? ""))).toEqual([]);
    const linked = [...guide.matchAll(/\]\(([\w./-]+?)(#[\w-]+)?\)/g)].map(([, file]) => file ?? "");
    expect(linked.filter((file) => file && !existsSync(join("docs", file)))).toEqual([]);
  });
});

/** What stands behind a proxy: says what it got, and streams at /api/live. */
async function startBehind(port: number): Promise<() => Promise<void>> {
  const server = createServer(async (req, res) => {
    if (req.url === "/api/live") {
      res.writeHead(200, { "content-type": "text/event-stream", "x-accel-buffering": "no" });
      res.write("data: first\n\n");
      return;
    }
    let bytes = 0;
    for await (const chunk of req) bytes += (chunk as Buffer).length;
    res.end(JSON.stringify({ url: req.url, bytes, headers: req.headers }));
  });
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  return async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
}

/** Asks the proxy over https, as Meta would. */
function ask(port: number, method: string, path: string, body?: Buffer): Promise<IncomingMessage> {
  return new Promise((done, fail) => {
    const headers = { host: "whatsapp.example.com", ...(body ? { "content-length": body.length } : {}) };
    const req = requestTls(
      { host: "127.0.0.1", port, method, path, headers, servername: "whatsapp.example.com", rejectUnauthorized: false },
      done,
    );
    req.once("error", fail);
    req.end(body);
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of answer) text += chunk;
  return text;
}

/** What this machine has no program for is neither passed nor failed. */
function notTried(name: string): void {
  console.info(`Not tried, since it is not installed here: ${name}`);
}

function describeProxy(name: string, isThere: boolean, start: (ports: { proxy: number; app: number }) => Promise<unknown>): void {
  if (!isThere) {
    notTried(name);
    return;
  }
  describe(name, () => {
    let port = 0;
    let stop: () => Promise<void>;
    beforeAll(async () => {
      port = await freePort();
      const app = await freePort();
      stop = await startBehind(app);
      await start({ proxy: port, app });
      const isUp = () =>
        ask(port, "GET", "/").then(
          (answer) => answer.resume().statusCode === 200,
          () => false,
        );
      await eventually(isUp, (up) => up, `${name} answering`);
    });
    afterAll(() => stop());

    test("passes a webhook of three megabytes as it is, with the name and address of who asked", async () => {
      const answer = await ask(port, "POST", "/api/v1/crm/whatsapp/webhook", Buffer.alloc(3 * 1024 * 1024, "x"));
      expect(JSON.parse(await textOf(answer))).toMatchObject({
        bytes: 3 * 1024 * 1024,
        headers: { host: "whatsapp.example.com", "x-forwarded-proto": "https", "x-forwarded-for": "127.0.0.1" },
      });
    });

    test("lets a file to send through", async () => {
      const answer = await ask(port, "POST", "/api/v1/media", Buffer.alloc(20 * 1024 * 1024, "x"));
      expect(JSON.parse(await textOf(answer))).toMatchObject({ bytes: 20 * 1024 * 1024 });
    });

    test("gives on what is streamed at once", async () => {
      const answer = await ask(port, "GET", "/api/live");
      const [chunk] = await once(answer, "data");
      expect(String(chunk)).toContain("data: first");
      answer.destroy();
    });

    test.each(["/api/metrics", "/api/inngest", "/api/inngest/", "/api/inngest?fnId=x", "//api/inngest"])(
      "shows %s to nobody outside",
      async (path) => {
        const answer = await ask(port, "PUT", path);
        expect(answer.resume().statusCode).toBe(404);
      },
    );
  });
}

describeProxy("nginx as the guide sets it up", nginx !== undefined, async ({ proxy, app }) => {
  const at = (file: string) => join(folder, file);
  const subject = ["-subj", "/CN=whatsapp.example.com", "-days", "2"];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", at("key.pem"), "-out", at("cert.pem"), ...subject],
    { stdio: "ignore" },
  );
  const server = blockAfter("nginx:\n")
    .replace("listen 443 ssl", `listen 127.0.0.1:${proxy} ssl`)
    .replace(/\/etc\/letsencrypt\/\S+fullchain\.pem/, at("cert.pem"))
    .replace(/\/etc\/letsencrypt\/\S+privkey\.pem/, at("key.pem"))
    .replaceAll("127.0.0.1:3000", `127.0.0.1:${app}`);
  // Its workers would otherwise be nobody, who may not write into our folder.
  const user = process.getuid?.() === 0 ? "user root;\n" : "";
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${at(kind)};`)
    .join("\n");
  await writeFile(
    at("nginx.conf"),
    `${user}pid ${at("nginx.pid")};\nerror_log ${at("nginx.log")};\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${server}}\n`,
  );
  const args = ["-c", at("nginx.conf"), "-p", folder, "-e", at("nginx.log")];
  execFileSync(nginx ?? "", ["-t", ...args], { stdio: "pipe" });
  run(nginx ?? "", [...args, "-g", "daemon off;"]);
});

describeProxy("Caddy as the guide sets it up", caddy !== undefined, async ({ proxy, app }) => {
  const site = blockAfter("Caddy gets its certificate by itself")
    .replace("whatsapp.example.com {", `whatsapp.example.com:${proxy} {\n\ttls internal`)
    .replaceAll("127.0.0.1:3000", `127.0.0.1:${app}`);
  const file = join(folder, "Caddyfile");
  await writeFile(file, `{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n${site}`);
  const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  execFileSync(caddy ?? "", ["validate", "--adapter", "caddyfile", "--config", file], {
    env: { ...process.env, ...env },
    stdio: "pipe",
  });
  run(caddy ?? "", ["run", "--adapter", "caddyfile", "--config", file], env);
});

describe("Compose", () => {
  type Service = {
    restart?: string;
    healthcheck?: { test: string[] };
    mem_limit?: string;
    image?: string;
    ports?: string[];
    environment: Record<string, string>;
  };
  const { services } = parse(readFileSync("docs/compose.yaml", "utf8")) as { services: Record<string, Service> };

  test.each(Object.entries(services))(
    "%s comes back after a crash, says whether it is well, and has its share of the memory",
    (_, service) => {
      expect(service.restart).toBe("unless-stopped");
      expect(service.healthcheck?.test[0]).toMatch(/^CMD/);
      expect(service.mem_limit).toMatch(/^\d+[mg]$/);
      if (service.image) expect(service.image).toMatch(/:v?\d+(\.\d+)*$/);
    },
  );

  test("publishes the console to the machine itself and nothing else", () => {
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [name, port.split(":")[0]]),
    );
    expect(published).toEqual([["app", "127.0.0.1"]]);
  });

  test("gives the console only settings that it reads, and Inngest the address that it must ask", () => {
    const known = Object.keys(EnvSchema.shape);
    expect(Object.keys(services.app?.environment ?? {}).filter((name) => !known.includes(name))).toEqual([]);
    expect(services.inngest?.environment).toMatchObject({
      INNGEST_SDK_URL: "http://app:3000/api/inngest",
      INNGEST_POLL_INTERVAL: "60",
    });
  });
});
