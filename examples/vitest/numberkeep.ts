// A numberkeep for tests. It needs the program `numberkeep`, and no package of npm.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const { env } = process;

/** Start a service before all tests, on a free port. It stops when the test run ends: its input ends then. */
export default async function start() {
  const program = spawn(env.NUMBERKEEP ?? "numberkeep", ["serve", "--test", "--stop-on-eof", "--port", "0"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  program.unref();
  for await (const line of createInterface({ input: program.stdout })) {
    env.SENDBLUE_API_BASE_URL = /SENDBLUE_API_BASE_URL=(\S+)/.exec(line)?.[1];
    program.stdout.destroy();
    return;
  }
  throw new Error("numberkeep did not start");
}

/** Create an account, and set the environment for the client: call it before each test. */
export async function newAccount() {
  const account = await call("POST", "/_numberkeep/test/accounts", {});
  env.SENDBLUE_API_API_KEY = account.api_key;
  env.SENDBLUE_API_API_SECRET = account.api_secret;
}

/** Call any path of the service with the keys of the account, and return the answer's JSON. */
export async function call(method: string, path: string, body?: unknown) {
  const keys = { "sb-api-key-id": env.SENDBLUE_API_API_KEY ?? "", "sb-api-secret-key": env.SENDBLUE_API_API_SECRET ?? "" };
  const headers = { ...keys, "content-type": "application/json", "x-numberkeep-observer": "1" };
  const answer = await fetch(env.SENDBLUE_API_BASE_URL + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
