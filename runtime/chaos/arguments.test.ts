import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../ports/random.ts";
import { chaosArguments } from "./arguments.ts";

const parse = (...given: string[]) => chaosArguments(given, seededRandom(1));

test("without options a run takes ten minutes and draws its own seed", () => {
  const parsed = parse();
  assert.ok(parsed.kind === "run");
  assert.equal(parsed.settings.seconds, 600);
  assert.equal(parsed.settings.syncAlways, true);
  assert.ok(Number.isInteger(parsed.settings.seed));
  assert.equal(parsed.keep, false);
});

test("options say what they mean", () => {
  const parsed = parse("--seconds", "5", "--seed", "7", "--commands", "50", "--events", "9", "--no-fsync");
  assert.ok(parsed.kind === "run");
  const { seconds, seed, commandsPerSecond, eventsPerSecond, syncAlways } = parsed.settings;
  assert.deepEqual(
    { seconds, seed, commandsPerSecond, eventsPerSecond, syncAlways },
    { seconds: 5, seed: 7, commandsPerSecond: 50, eventsPerSecond: 9, syncAlways: false },
  );
});

test("what makes no sense is a mistake that names its option", () => {
  for (const [given, named] of [
    [["--seconds", "0"], /--seconds/],
    [["--seed", "many"], /--seed/],
    [["--lease-ms", "1"], /--lease-ms/],
    [["--speed", "9"], /--speed/],
    [["now"], /now/],
  ] as const) {
    const parsed = parse(...given);
    assert.ok(parsed.kind === "mistake");
    assert.match(parsed.text, named);
  }
  assert.deepEqual(parse("--help"), { kind: "help" });
});
