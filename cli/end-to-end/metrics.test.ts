import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Api } from "../api.ts";
import { cliMain } from "../paths.ts";
import { startWeir, type TestWeir } from "../testing/weir.ts";

// Metrics from files into a running Weir, an experiment that measures by one, and the file that changes under it.

describe("metrics as code", { timeout: 120_000 }, () => {
  let weir: TestWeir;
  let api: Api;
  let directory: string;
  const query = { env: "shop" };

  const run = (...args: readonly string[]): Promise<{ code: number; out: string; error: string }> =>
    new Promise((resolve) => {
      const command = ["--disable-warning=ExperimentalWarning", cliMain, "metrics", ...args];
      const env = { ...process.env, WEIR_URL: weir.url, WEIR_TOKEN: weir.token };
      execFile(process.execPath, command, { env }, (error, out, errorText) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, error: errorText }),
      );
    });
  const file = (hours: number, members = ""): string => {
    const path = join(directory, "bought.yaml");
    const window = `window: { type: conversion, hours: ${hours} }`;
    writeFileSync(
      path,
      `metric:\n  key: bought\n  definition: { type: binary, event: buy }\n  ${window}\n${members}`,
    );
    return path;
  };

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "weir-metrics-"));
    weir = await startWeir();
    api = new Api(weir);
    await api.call("POST", "/v1/environments", { body: { key: "shop", name: "Shop" } });
  });
  after(async () => {
    await weir?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test("come out of a file, once shown and once made", async () => {
    const path = file(72);
    const dry = await run("apply", path, "--env", "shop", "--dry-run");
    assert.match(dry.out, /\+ bought\n\n1 added, .+\nnothing was changed in shop/, dry.error);
    assert.match((await run("lineage", "--env", "shop")).out, /^\s*$/);
    const made = await run("apply", path, "--environment", "shop", "--publish");
    assert.match(made.out, /bought is version 1 in shop\npublished in version 1/, made.error);
    const again = await run("apply", path, "--env", "shop", "--json");
    assert.deepEqual(JSON.parse(again.out), { environment: "shop", differences: [], applied: [] });
  });

  test("that are redefined say which experiment keeps the old definition, and it does", async () => {
    const flag = {
      type: "boolean",
      variations: [
        { key: "off", value: false },
        { key: "on", value: true },
      ],
      offVariation: "off",
      fallthrough: { experiment: "checkout" },
    };
    const experiment = {
      flag: "checkout",
      variants: [
        { key: "control", variation: "off", weight: 5_000 },
        { key: "treatment", variation: "on", weight: 5_000 },
      ],
      control: "control",
      metrics: { primary: "bought" },
    };
    await api.call("PUT", "/v1/flags/checkout", { body: flag, query });
    await api.call("PUT", "/v1/experiments/checkout", { body: experiment, query });
    await api.call("POST", "/v1/experiments/checkout/start", { body: {}, query });
    const path = file(24);
    const diff = await run("diff", path, "--env", "shop");
    assert.match(
      diff.out,
      /~ bought {2}\(results change\)\n {4}~ window\.hours: 72 → 24\n {4}live: checkout/,
      diff.error,
    );
    const made = await run("apply", path, "--env", "shop", "--publish");
    assert.match(made.out, /bought is version 2 in shop/, made.error);
    assert.match(made.out, /metrics\.bought: experiment checkout keeps version 1/);
    const shown = await api.call<{ entity: { frozenMetrics: { window: { hours: number } }[] } }>(
      "GET",
      "/v1/experiments/checkout",
      { query },
    );
    assert.deepEqual(
      shown.entity.frozenMetrics.map(({ window }) => window.hours),
      [72],
    );
  });

  test("that state an older version than there is are refused at their line, and nothing changes", async () => {
    const { code, out } = await run("apply", file(12, "  version: 1\n"), "--env", "shop");
    assert.equal(code, 1);
    assert.match(
      out,
      /bought\.yaml:5:12: states version 1 of "bought", and the environment has version 2 already/,
    );
    const { entity } = await api.call<{ entity: { version: number } }>("GET", "/v1/metrics/bought", {
      query,
    });
    assert.equal(entity.version, 2);
  });

  test("have a lineage, from the metric and from the event", async () => {
    const metric = await run("lineage", "--metric", "bought", "--env", "shop");
    assert.match(
      metric.out,
      /checkout \(primary, running, by the definition it started with\)/,
      metric.error,
    );
    assert.match(metric.out, /flag checkout/);
    const event = await run("lineage", "--event", "buy", "--env", "shop", "--json");
    assert.equal(
      (JSON.parse(event.out) as { experiments: { breaks: boolean }[] }).experiments[0]?.breaks,
      true,
    );
    const none = await run("lineage", "--metric", "none", "--env", "shop");
    assert.deepEqual([none.code, none.out], [1, ""]);
    assert.match(none.error, /There is no metric "none"/);
  });

  test("with an error end the command with its place, and code 1; a wrong command ends with 2", async () => {
    const path = join(directory, "bad.yaml");
    writeFileSync(path, "metric: { key: a, definition: { type: binary, evnt: b } }\n");
    const bad = await run("apply", path, "--env", "shop");
    assert.equal(bad.code, 1);
    assert.match(bad.error, /bad\.yaml:1:47: there is no "evnt" in definition/);
    assert.equal((await run("validate", path)).code, 1);
    assert.equal((await run("validate")).code, 2);
    assert.equal((await run("lineage", "--metric", "a", "--event", "b", "--env", "shop")).code, 2);
  });
});
