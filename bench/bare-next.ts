import { spawn } from "node:child_process";
import { pause } from "./harness";
import { type LoadResult, postLoad } from "./load";

async function run(args: string[]): Promise<void> {
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
}

type Load = { port: number; body: () => string; connections: number; seconds: number };

/** What a Next handler that does nothing answers on this machine in this run: the measure for ours. */
export async function measureBareNext({ port, body, connections, seconds }: Load): Promise<LoadResult> {
  const next = "node_modules/next/dist/bin/next";
  // With Turbopack, Next takes the instrumentation and the proxy of the project around it for those of this one.
  await run([next, "build", "bench/bare-next", "--webpack"]);
  const server = spawn(process.execPath, [next, "start", "bench/bare-next", "-p", String(port)], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  try {
    while (
      !(await fetch(`${url}/api/bare`, { method: "POST", body: "{}" }).then(
        (answer) => answer.ok,
        () => false,
      ))
    )
      await pause(200);
    const load = { url, path: "/api/bare", headers: {}, body, connections };
    await postLoad({ ...load, seconds: 3 });
    return await postLoad({ ...load, seconds });
  } finally {
    server.kill("SIGKILL");
  }
}
