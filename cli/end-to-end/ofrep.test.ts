import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { OFREPApi } from "@openfeature/ofrep-core";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature, ProviderEvents, type Provider } from "@openfeature/web-sdk";
import { OpenFeature as ServerOpenFeature } from "@openfeature/server-sdk";
import { Api } from "../api.ts";
import { explainCommand } from "../explain/command.ts";
import { runSuite } from "../conformance/run.ts";
import { seedWeir } from "../conformance/seed.ts";
import { Suite } from "../conformance/suite.ts";
import { serverProvider } from "../testing/ofrep-server-provider.ts";
import { TestEventSource } from "../testing/event-source.ts";
import { startWeir, type TestWeir } from "../testing/weir.ts";

// The real OpenFeature clients against a running gateway, with a token that a browser could hold.

const environment = "shop";
const flags = [
  {
    key: "banner",
    type: "boolean",
    variations: [
      { key: "off", value: false },
      { key: "on", value: true },
    ],
  },
  {
    key: "greeting",
    type: "string",
    variations: [
      { key: "off", value: "Hello" },
      { key: "nl", value: "Hallo" },
    ],
  },
  {
    key: "page-size",
    type: "number",
    variations: [
      { key: "off", value: 20 },
      { key: "large", value: 50 },
    ],
  },
  {
    key: "theme",
    type: "json",
    variations: [
      { key: "off", value: { accent: "blue" } },
      { key: "red", value: { accent: "red" } },
    ],
  },
] as const;

describe("OpenFeature's own OFREP clients", { timeout: 120_000 }, () => {
  let weir: TestWeir;
  let token: string;

  before(async () => {
    weir = await startWeir();
    const api = new Api({ url: weir.url, token: weir.token });
    const query = { env: environment };
    await api.call("POST", "/v1/environments", { body: { key: environment } });
    for (const flag of flags) {
      const [off, other] = flag.variations;
      const rules = [
        {
          id: "dutch",
          when: { attribute: "country", op: "eq", value: "NL" },
          serve: { variation: other.key },
        },
      ];
      const body = { ...flag, offVariation: off.key, fallthrough: { variation: off.key }, rules };
      await api.call("PUT", `/v1/flags/${flag.key}`, { query, body });
    }
    await api.call("POST", `/v1/environments/${environment}/publish`, { body: {} });
    const made = await api.call<{ token: string }>("POST", "/v1/tokens", {
      body: {
        name: "shop window",
        kind: "browser",
        scopes: ["flags:evaluate", "ingestion:write"],
        environment,
      },
    });
    ({ token } = made);
  });
  after(() => weir.stop());

  test("the web provider evaluates every type, and follows a change of context", async () => {
    const provider = new OFREPWebProvider({
      baseUrl: weir.url,
      pollInterval: 0,
      headers: [["Authorization", `Bearer ${token}`]],
    });
    await OpenFeature.setContext({ targetingKey: "ada", country: "NL" });
    // The library was not compiled under exactOptionalPropertyTypes; its provider is one all the same.
    await OpenFeature.setProviderAndWait(provider as unknown as Provider);
    const client = OpenFeature.getClient();
    assert.equal(client.getBooleanValue("banner", false), true);
    assert.equal(client.getStringValue("greeting", ""), "Hallo");
    assert.equal(client.getNumberValue("page-size", 0), 50);
    assert.deepEqual(client.getObjectValue("theme", {}), { accent: "red" });
    const details = client.getBooleanDetails("banner", false);
    assert.deepEqual([details.variant, details.reason], ["on", "TARGETING_MATCH"]);

    await OpenFeature.setContext({ targetingKey: "ada", country: "DE" }); // the same person: the ETag must differ
    assert.equal(client.getBooleanValue("banner", true), false);
    assert.equal(client.getStringValue("greeting", ""), "Hello");
    assert.equal(client.getBooleanDetails("missing", true).errorCode, "FLAG_NOT_FOUND");
    await OpenFeature.close();
  });

  test("a server provider evaluates every type, and says when a type does not fit", async () => {
    const api = new OFREPApi({ baseUrl: weir.url, headers: [["Authorization", `Bearer ${token}`]] });
    await ServerOpenFeature.setProviderAndWait(serverProvider(api));
    const client = ServerOpenFeature.getClient();
    const context = { targetingKey: "ada", country: "NL" };
    assert.equal(await client.getBooleanValue("banner", false, context), true);
    assert.equal(await client.getStringValue("greeting", "", context), "Hallo");
    assert.equal(await client.getNumberValue("page-size", 0, context), 50);
    assert.deepEqual(await client.getObjectValue("theme", {}, context), { accent: "red" });
    const details = await client.getNumberDetails("greeting", 1, context);
    assert.deepEqual([details.value, details.errorCode], [1, "TYPE_MISMATCH"]);
    const missing = await client.getBooleanDetails("missing", true, context);
    assert.deepEqual([missing.value, missing.errorCode], [true, "FLAG_NOT_FOUND"]);
    await ServerOpenFeature.close();
  });

  test("the server call of ofrep-core evaluates one flag, and a missing one is named so", async () => {
    const api = new OFREPApi({ baseUrl: weir.url, headers: [["Authorization", `Bearer ${token}`]] });
    const found = await api.postEvaluateFlag("greeting", { context: { targetingKey: "ada", country: "NL" } });
    assert.equal(found.httpStatus, 200);
    assert.deepEqual([found.value.key, "value" in found.value && found.value.value], ["greeting", "Hallo"]);
    const missing = await api.postEvaluateFlag("missing/flag", { context: { targetingKey: "ada" } });
    assert.equal(missing.httpStatus, 404);
    assert.equal("errorCode" in missing.value && missing.value.errorCode, "FLAG_NOT_FOUND");
  });

  test("a bulk answer that did not change is 304", async () => {
    const api = new OFREPApi({ baseUrl: weir.url, headers: [["Authorization", `Bearer ${token}`]] });
    const context = { targetingKey: "ada", country: "NL" };
    const first = await api.postBulkEvaluateFlags({ context });
    const etag = first.httpResponse?.headers.get("etag") ?? "";
    assert.notEqual(etag, "");
    assert.equal((await api.postBulkEvaluateFlags({ context }, etag)).httpStatus, 304);
    const other = await api.postBulkEvaluateFlags({ context: { ...context, country: "DE" } }, etag);
    assert.equal(other.httpStatus, 200);
  });

  test("the web provider hears of a change on the event stream, and emits what changed", async () => {
    Object.assign(globalThis, { EventSource: TestEventSource });
    const provider = new OFREPWebProvider({
      baseUrl: weir.url,
      pollInterval: 0,
      headers: [["Authorization", `Bearer ${token}`]],
    });
    await OpenFeature.setContext({ targetingKey: "ada", country: "NL" });
    await OpenFeature.setProviderAndWait(provider as unknown as Provider);
    const client = OpenFeature.getClient();
    assert.equal(client.getBooleanValue("banner", false), true);
    const changed = new Promise<readonly string[]>((resolve) =>
      client.addHandler(ProviderEvents.ConfigurationChanged, (details) =>
        resolve(details?.flagsChanged ?? []),
      ),
    );
    await TestEventSource.opened();
    const api = new Api({ url: weir.url, token: weir.token });
    const [banner] = flags;
    const body = { ...banner, offVariation: "off", fallthrough: { variation: "off" }, killed: true };
    await api.call("PUT", "/v1/flags/banner", { query: { env: environment }, body });
    await api.call("POST", `/v1/environments/${environment}/publish`, { body: {} });
    assert.ok((await changed).includes("banner"));
    assert.equal(client.getBooleanValue("banner", true), false);
    await OpenFeature.close();
    TestEventSource.closeAll();
    Reflect.deleteProperty(globalThis, "EventSource");
  });

  test("every published OFREP case passes against a running gateway", async () => {
    const file = new URL("../../protocols/conformance/ofrep.json", import.meta.url);
    const suite = Suite.parse(JSON.parse(readFileSync(file, "utf8")));
    const target = { url: weir.url, token: weir.token };
    const asked = await seedWeir(suite, target, "conformance");
    // Publishing is answered before every gateway has the plan.
    for (let tries = 0; tries < 100; tries++) {
      const results = await runSuite(
        { ...suite, cases: suite.cases.slice(0, 1) },
        { ...target, token: asked, flags: {} },
      );
      if (results[0]?.failure === undefined) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const results = await runSuite(suite, { ...target, token: asked, flags: {} });
    assert.deepEqual(
      results.filter(({ failure }) => failure !== undefined),
      [],
    );
  });

  test("weir explain says what was tried, by the present version and by an earlier one", async () => {
    const target = { url: weir.url, token: weir.token };
    const asked = { flag: "banner", env: environment, unitKey: "ada", context: '{"country":"NL"}' };
    const now = await explainCommand(target, asked);
    assert.match(now, /^serves\s+off = false$/m);
    assert.match(now, /killed/);
    const before = await explainCommand(target, { ...asked, version: 1 });
    assert.match(before, /^serves\s+on = true$/m);
    assert.match(before, /^version\s+1$/m);
    assert.match(before, /rule dutch: holds/);
    const json = JSON.parse(await explainCommand(target, { ...asked, version: 1, json: true })) as {
      configVersion: number;
      trace: { flag: string };
    };
    assert.deepEqual([json.configVersion, json.trace.flag], [1, "banner"]);
    await assert.rejects(explainCommand(target, { ...asked, version: 99 }), /There is no version 99/);
    await assert.rejects(explainCommand(target, { ...asked, context: "[]" }), /must be a JSON object/);
  });
});
