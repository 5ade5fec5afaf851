import Sendblue from "sendblue";
import { beforeEach, expect, test } from "vitest";
import { call, newAccount } from "./numberkeep.ts";

const number = "+14155552671";

/** Ask a person to confirm a number: the program under test, which reads its environment as in production. */
async function signUp(number: string) {
  const client = new Sendblue();
  await client.contacts.create({ number, tags: ["new"] });
  await client.contacts.verify({ number });
}

beforeEach(newAccount);

test("who answers is verified", async () => {
  await signUp("(415) 555-2671");
  const { data } = await call("GET", `/api/v2/messages?number=${encodeURIComponent(number)}`);
  expect(data[0].content).toContain("confirm");
  const reply = await call("POST", "/_numberkeep/inbound", { from: number, content: "Yes" });
  expect(reply.verified).toBe(true);
});

test("a failing service is called again", async () => {
  await call("POST", "/_numberkeep/test/faults", { operation: "contacts.create", kind: "status", status: 503, times: 1 });
  await signUp(number);
  const { calls } = await call("GET", "/_numberkeep/test/calls?operation=contacts.create");
  expect(calls.map((each: { status: number }) => each.status)).toEqual([503, 200]);
});

test("without an answer, the request expires", async () => {
  await signUp(number);
  await call("POST", "/_numberkeep/test/clock", { advance_seconds: 25 * 3600 });
  const contact = await new Sendblue().contacts.retrieve(number);
  expect(contact.contact?.verified).toBe(false);
});
