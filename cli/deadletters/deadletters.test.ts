import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openServingGateway, tokens, type TestGateway, type TestLog } from "../../gateway/testing/gateway.ts";
import { CliFailure } from "../failure.ts";
import { dropLetters, retryLetters } from "./change.ts";
import { listLetters } from "./list.ts";
import type { Terminal } from "./selection.ts";
import { showLetter } from "./show.ts";

let log: TestLog;
let gateway: TestGateway;

before(async () => {
  ({ log, gateway } = await openServingGateway());
});
after(async () => {
  await gateway?.close();
  await log?.close();
});

const target = () => ({ url: gateway.url, token: tokens.root });
const terminal = (answer: string, asked: string[] = []): Terminal => ({
  isInteractive: true,
  ask: async (question) => {
    asked.push(question);
    return answer;
  },
});
const silent: Terminal = { isInteractive: false, ask: async () => "y" };

/** Letters of a gateway, as it would write them. */
async function letters(count: number): Promise<string[]> {
  const lines = Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      code: "unknown_experiment",
      message: "there is none",
      at: Date.now(),
      token: "weir_stest",
      bytes: 9,
      event: { type: "metric", id: `letter-${index}`, unitId: "AAAAAAAAAAAAAAAAAAAAAA", name: "bought" },
    }),
  );
  const outcome = await log.connection.writer.append("dead.events.test", Buffer.from(lines.join("\n")));
  assert.equal(outcome.kind, "stored");
  const { sequence } = outcome as { sequence: number };
  return lines.map((_, line) => `${sequence}-${line}`);
}

test("many are changed only when somebody says so; ids need no word, and a terminal that cannot be asked needs --yes", async () => {
  const ids = await letters(3);
  const asked: string[] = [];
  await assert.rejects(dropLetters(target(), [], { all: true }, terminal("n", asked)), CliFailure);
  assert.deepEqual(asked, ["drop 3 letters? [y/N] "]);
  await assert.rejects(dropLetters(target(), [], { all: true }, silent), /--yes/);
  await assert.rejects(dropLetters(target(), [], {}, silent), /which letters/);
  await assert.rejects(dropLetters(target(), ids, { all: true }, silent), /not both/);
  const one = await dropLetters(target(), ids.slice(0, 1), {}, silent);
  assert.deepEqual(one, { text: "1 letter dropped", whole: true });
  assert.equal((await dropLetters(target(), ids.slice(0, 1), {}, silent)).whole, false);
  const rest = await dropLetters(target(), [], { code: "unknown_experiment" }, terminal("yes"));
  assert.equal(rest.text, "2 letters dropped");
  assert.equal(await listLetters(target(), { limit: 10 }), "No such letters.");
});

test("ls counts by reason and show has the original; retry takes them, and a patch must be an object", async () => {
  const [first = ""] = await letters(2);
  const text = await listLetters(target(), { limit: 1, env: "test" });
  assert.match(text, /2 {2}event {2}unknown_experiment {2}test/);
  assert.match(text, /2 letters, 1 shown/);
  const json = JSON.parse(await listLetters(target(), { limit: 10, json: true })) as { items: unknown[] };
  assert.equal(json.items.length, 2);
  assert.match(await showLetter(target(), first, false), /"name": "bought"/);
  await assert.rejects(retryLetters(target(), [first], { patch: "[1]" }, silent), /JSON object/);
  const bad = await retryLetters(target(), [first], { patch: '{"name":"not a name"}' }, silent);
  assert.equal(bad.whole, false);
  assert.match(bad.text, /1 failed again and stay\n {2}\d+-0 {2}invalid_event/);
  const good = await retryLetters(target(), [], { all: true, yes: true }, silent);
  assert.deepEqual(good, { text: "2 letters taken", whole: true });
});
