import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { positionOf } from "../../evaluation/hash-profiles/index.ts";
import { eventually } from "../../runtime/testing/nats.ts";
import { Api } from "../api.ts";
import { cliMain } from "../paths.ts";
import { startWeir, type TestWeir } from "../testing/weir.ts";

// A team moves over: looks first, imports, imports again, publishes, and its users get what they got before.

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

const payload = (colours: readonly string[]) => ({
  features: {
    checkout: { defaultValue: false, rules: [{ condition: { id: { $in: ["ada"] } }, force: true }] },
    colour: {
      defaultValue: "blue",
      rules: [
        { key: "colour-test", hashVersion: 2, variations: colours, weights: [0.5, 0.5], coverage: 0.5 },
      ],
    },
    odd: { defaultValue: 1, rules: [{ condition: { x: { $regex: "(?=a)b" } }, force: 2 }] },
  },
});

describe("an import", { timeout: 180_000 }, () => {
  let weir: TestWeir;
  let directory: string;
  let file: string;

  const run = (args: readonly string[], target = true): Promise<Ran> =>
    new Promise((resolve) => {
      const command = ["--disable-warning=ExperimentalWarning", cliMain, "import", ...args];
      const { WEIR_URL: _, WEIR_TOKEN: __, ...others } = process.env;
      const env = target ? { ...others, WEIR_URL: weir.url, WEIR_TOKEN: weir.token } : others;
      execFile(process.execPath, command, { env }, (error, out, errorText) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, error: errorText }),
      );
    });
  const decide = (flagKey: string, targetingKey: string): Promise<{ value: unknown; code: string }> =>
    new Api(weir).call("POST", "/evaluate", { body: { envKey: "shop", flagKey, context: { targetingKey } } });

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "weir-import-"));
    file = join(directory, "payload.json");
    writeFileSync(file, JSON.stringify(payload(["blue", "green"])));
    weir = await startWeir();
  });
  after(async () => {
    await weir?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test("a dry run needs no Weir, and says what would not be carried", async () => {
    const { code, out } = await run(["growthbook", file, "--dry-run", "--data-dir", directory], false);
    assert.equal(code, 0);
    assert.match(out, /refused +flag odd +features\.odd\.rules\[0\]\.condition\.x\.\$regex/);
    assert.match(out, /nothing was written/);
  });

  test("a file of the wrong kind, or none, is refused in one sentence", async () => {
    const wrong = await run(["unleash", file, "--dry-run"]);
    assert.deepEqual([wrong.code, wrong.out], [2, ""]);
    assert.match(wrong.error, /is no file of Unleash.+looks like one of GrowthBook/);
    const absent = await run(["flagd", join(directory, "absent.json"), "--dry-run"]);
    assert.deepEqual([absent.code, absent.error.split("\n").length], [1, 2]);
  });

  test("it makes the environment, writes drafts, and writes nothing again when nothing changed", async () => {
    const first = JSON.parse((await run(["growthbook", file, "--environment", "shop", "--json"])).out);
    assert.deepEqual([first.counts.refused, first.written, first.unchanged], [1, 3, 0]);
    const second = JSON.parse((await run(["growthbook", file, "--environment", "shop", "--json"])).out);
    assert.deepEqual([second.written, second.unchanged, second.version], [0, 3, undefined]);
  });

  test("published, every user gets what they got before", async () => {
    const metric = { key: "purchase", definition: { type: "binary", event: "purchase" } };
    await new Api(weir).call("PUT", "/v1/metrics/purchase", { body: metric, query: { env: "shop" } });
    const args = ["growthbook", file, "--environment", "shop", "--metric", "purchase", "--publish", "--json"];
    const { out, error, code } = await run(args);
    assert.equal(code, 0, error);
    assert.deepEqual(JSON.parse(out).started, ["colour-test"]);
    await eventually("the import is served", async () => (await decide("checkout", "ada")).value === true);
    await eventually(
      "the experiment is served",
      async () => (await decide("colour", "user-1")).code !== "no_active_experiment",
    );
    assert.equal((await decide("checkout", "bob")).value, false);
    const place = positionOf({ profile: "growthbook", version: 2, seed: "colour-test" });
    for (let index = 0; index < 40; index++) {
      const at = place(`user-${index}`);
      const isIn = at < 0.25 || (at >= 0.5 && at < 0.75);
      const { value, code } = await decide("colour", `user-${index}`);
      assert.deepEqual(
        [value, code],
        isIn ? [at < 0.5 ? "blue" : "green", "experiment_assigned"] : ["blue", "outside_traffic_allocation"],
      );
    }
    const again = JSON.parse((await run(args)).out);
    assert.deepEqual([again.written, again.started, again.kept], [0, [], []]);
  });
});
