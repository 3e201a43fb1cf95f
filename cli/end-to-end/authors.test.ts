import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { eventually } from "../../runtime/testing/nats.ts";
import { Api } from "../api.ts";
import { cliMain } from "../paths.ts";
import { startWeir, type TestWeir } from "../testing/weir.ts";

// What authors do besides single edits: a long list of people goes into a segment, somebody asks who changed what, and
// takes it back.

describe("authors", { timeout: 120_000 }, () => {
  const count = 50_000;
  let weir: TestWeir;
  let api: Api;
  let directory: string;
  let file: string;

  const run = (...args: readonly string[]): Promise<{ code: number; out: string; error: string }> =>
    new Promise((resolve) => {
      const command = ["--disable-warning=ExperimentalWarning", cliMain, ...args];
      const env = { ...process.env, WEIR_URL: weir.url, WEIR_TOKEN: weir.token };
      execFile(process.execPath, command, { env }, (error, out, errorText) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, error: errorText }),
      );
    });
  const query = { env: "shop" };
  const value = async (targetingKey: string): Promise<unknown> => {
    const body = { envKey: "shop", flagKey: "banner", context: { targetingKey } };
    const answer = await api.ask<{ value: unknown }>("POST", "/evaluate", { body });
    return answer.ok ? answer.value.value : answer.code; // the edge may be a moment behind
  };

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "weir-authors-"));
    file = join(directory, "people.csv");
    const lines = Array.from({ length: count }, (_, index) => `${index},user-${index}`);
    writeFileSync(file, `number,person\n${lines.join("\n")}\n`);
    weir = await startWeir();
    api = new Api(weir);
    await api.call("POST", "/v1/environments", { body: { key: "shop", name: "Shop" } });
  });
  after(async () => {
    await weir?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test("put a file of people into a segment that was not there, and its flag serves them", async () => {
    const args = [file, "--segment", "vip", "--env", "shop", "--column", "person", "--json"];
    const { code, out, error } = await run("segments", "upload", ...args);
    assert.equal(code, 0, error);
    const list = { environment: "shop", segment: "vip", list: "included", units: count };
    assert.deepEqual(JSON.parse(out), { ...list, repeated: 0, version: 1 });
    const flag = {
      type: "boolean",
      variations: [
        { key: "off", value: false },
        { key: "on", value: true },
      ],
      offVariation: "off",
      fallthrough: { variation: "off" },
      rules: [{ id: "vip", when: { op: "in_segment", value: "vip" }, serve: { variation: "on" } }],
    };
    await api.call("PUT", "/v1/flags/banner", { body: flag, query });
    await api.call("POST", "/v1/environments/shop/publish", { body: { note: "people" } });
    await eventually("a person is served", async () => (await value(`user-${count - 1}`)) === true);
    assert.deepEqual([await value("user-0"), await value("somebody")], [true, false]);
  });

  test("put a shorter list in its place; what else the segment has stays", async () => {
    const few = join(directory, "few.txt");
    writeFileSync(few, "user-7\r\nuser-8\nuser-7\n");
    const upload = ["segments", "upload", few, "--segment", "vip", "--env", "shop"];
    const { out, error } = await run(...upload, "--list", "excluded", "--publish");
    assert.match(out, /excluded of segment vip holds 2 units now, 1 of them named more than once/, error);
    assert.match(out, /published in version 3/);
    await eventually("the excluded are", async () => (await value("user-7")) === false);
    assert.equal(await value("user-9"), true);
    const again = await run(...upload, "--list", "excluded");
    assert.match(again.out, /excluded of segment vip holds 2 units now/, again.error);
  });

  test("read a list in pages", async () => {
    const path = "/v1/segments/vip/units";
    const page = await api.call<{ total: number; items: string[]; next?: string }>("GET", path, {
      query: { ...query, limit: "20000" },
    });
    assert.deepEqual([page.total, page.items.length, page.next !== undefined], [count, 20_000, true]);
  });

  test("ask who changed what, of the environment and of one entity", async () => {
    const versions = await run("history", "--env", "shop");
    assert.match(versions.out, /2 .+ flags banner; segments vip +people\n/, versions.error);
    const segment = await run("history", "segments/vip", "--env", "shop", "--limit", "2");
    assert.match(segment.out, /version 3 .+ a draft\n {2}~ lists\.excluded/);
    assert.match(segment.out, /version 2 .+ published in version 3\n {2}\+ lists\.excluded/);
    assert.doesNotMatch(segment.out, /version 1 /);
    const unknown = await run("history", "flags/none", "--env", "shop");
    assert.deepEqual([unknown.code, unknown.out], [1, ""]);
    assert.match(unknown.error, /There is no flag "none"/);
    assert.match((await run("history")).error, /name one with --env/);
  });

  test("take a change back, as a draft, its long list with it", async () => {
    const restored = await run("history", "segments/vip", "--env", "shop", "--restore", "1");
    assert.match(restored.out, /as it was in version 1\. Its version 4 is a draft/, restored.error);
    await api.call("POST", "/v1/environments/shop/publish", { body: {} });
    await eventually("nobody is excluded", async () => (await value("user-7")) === true);
  });
});
