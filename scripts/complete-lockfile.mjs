// npm leaves the packages of other platforms out of the lockfile when it could not read about them, and `npm ci` then refuses it; and it
// knows no hash of what it never downloaded. node scripts/complete-lockfile.mjs adds both, so that one lockfile serves every platform
// and `npm ci` checks every package on each.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const FILE = "package-lock.json";
const lock = JSON.parse(await readFile(FILE, "utf8"));
const added = missingFrom(lock);
for (const { path, entry } of added) lock.packages[path] = entry;
const hashed = await addHashes(lock);
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
if (added.length + hashed.length > 0) await writeFile(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? "No package is missing." : `Added ${added.map(({ path }) => path).join(", ")}`);
console.log(hashed.length === 0 ? "No hash is missing." : `Added the hashes of ${hashed.join(", ")}`);

function missingFrom({ packages }) {
  return Object.entries(packages).flatMap(([parent, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isFound(packages, parent, name))
      .map(([name, version]) => ({
        path: `node_modules/${name}`,
        entry: { version, ...platformOf(name), ...(dev ? { dev: true } : {}), optional: true },
      })),
  );
}

/** Asks the registry what npm itself would ask it. */
async function addHashes({ packages }) {
  const hashed = [];
  for (const [path, entry] of Object.entries(packages)) {
    if (path === "" || entry.link || entry.integrity) continue;
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    const { stdout } = await run("npm", ["view", `${name}@${entry.version}`, "dist.integrity"]);
    const integrity = stdout.trim();
    if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity))
      throw new Error(`The registry tells no hash of ${name}@${entry.version}.`);
    const { version, ...rest } = entry;
    packages[path] = { version, integrity, ...rest };
    hashed.push(name);
  }
  return hashed;
}

/** Looks where Node would: beside the parent's own packages first, then upwards. */
function isFound(packages, parent, name) {
  for (let folder = parent; ; folder = folder.slice(0, folder.lastIndexOf("/node_modules/"))) {
    if (packages[`${folder ? `${folder}/` : ""}node_modules/${name}`]) return true;
    if (!folder.includes("/node_modules/")) return Boolean(packages[`node_modules/${name}`]);
  }
}

/** `@scope/cli-linux-x64-musl` says for which system, processor and C library it is. */
function platformOf(name) {
  const os = /(android|darwin|freebsd|linux|openharmony|win32|wasm32)/.exec(name)?.[1];
  const cpu = /-(arm64|arm|ia32|ppc64|riscv64|s390x|x64|wasm32)\b/.exec(name)?.[1];
  if (!os || !cpu) throw new Error(`The platform of ${name} is not known.`);
  const libc = name.includes("musl") ? ["musl"] : name.includes("gnu") ? ["glibc"] : undefined;
  return { cpu: [cpu], ...(libc ? { libc } : {}), ...(os === "wasm32" ? {} : { os: [os] }) };
}
