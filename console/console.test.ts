import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { eventually } from "../runtime/testing/nats.ts";
import { axeViolations } from "./testing/axe.ts";
import { openBrowser, visit } from "./testing/browser.ts";
import { freshState } from "./testing/contract.ts";
import { serveConsole, type ConsoleServer } from "./testing/serve.ts";

// The built console in a real browser, under the policy it is served with.

let browser: Browser;

before(async () => {
  await build({ configFile: fileURLToPath(new URL("vite.config.ts", import.meta.url)), logLevel: "error" });
  assert.ok(existsSync(new URL("dist/index.html", import.meta.url)));
  browser = await openBrowser();
});
after(() => browser.close());

/** Each test has a server of its own: state never leaks from one to the next. */
async function withServer(act: (server: ConsoleServer) => Promise<void>): Promise<void> {
  const server = await serveConsole(freshState());
  try {
    await act(server);
  } finally {
    await server.close();
  }
}

const pages = [
  "/flags?env=production",
  "/flags?env=production&q=nothing-fits",
  "/flags/new-checkout?env=production",
  "/flags/button-theme?env=staging",
  "/flags/new-checkout?env=dev&tab=json",
  "/flags/new-checkout?env=production&tab=versions",
  "/flags/unknown?env=production",
  "/experiments?env=production",
  "/experiments/checkout-copy?env=production",
  "/experiments/search-ranking?env=production",
  "/nowhere",
];

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing on any page in ${scheme}, and no page complains`, () =>
    withServer(async (server) => {
      for (const path of pages) {
        const { page, complaints, close } = await visit(browser, server, path, { scheme });
        assert.deepEqual(await axeViolations(page), [], path);
        assert.deepEqual(complaints, [], path);
        await close();
      }
    }));

  test(`axe finds nothing on the sign-in page, an open dialog, the account panel and the table in ${scheme}`, () =>
    withServer(async (server) => {
      const out = await visit(browser, server, "/flags", { scheme, signedIn: false });
      assert.deepEqual(await axeViolations(out.page), []);
      const { page } = await visit(browser, server, "/experiments/checkout-copy?env=production", { scheme });
      await page.getByRole("button", { name: "Show table" }).click();
      assert.deepEqual(await axeViolations(page), []);
      await page.getByRole("button", { name: "Stop" }).click();
      assert.deepEqual(await axeViolations(page), []);
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("button", { name: "Account" }).click();
      assert.deepEqual(await axeViolations(page), []);
    }));
}

test("a wrong token is refused in words, the right one leads to the page that was asked for", () =>
  withServer(async (server) => {
    const { page, complaints } = await visit(browser, server, "/experiments?env=staging", {
      signedIn: false,
    });
    await page.getByLabel("Token").fill("bad");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This token is not known here").waitFor();
    await page.getByLabel("Token").fill("good");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Experiments" }).waitFor();
    assert.equal(await page.getByLabel("Environment").inputValue(), "staging");
    assert.deepEqual(complaints, []);
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  }));

test("the filter lives in the address, keeps focus, and survives a reload", () =>
  withServer(async (server) => {
    const { page } = await visit(browser, server, "/flags?env=production");
    await page.keyboard.press("/");
    await page.keyboard.type("check");
    await page.waitForURL(/q=check/);
    assert.equal(await page.locator("tbody tr").count(), 1);
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("type")), "search");
    await page.reload();
    await page.locator("tbody tr").waitFor();
    assert.equal(await page.getByLabel("Filter flags").inputValue(), "check");
  }));

test("an address without an environment gets the one it is shown for", () =>
  withServer(async (server) => {
    const { page } = await visit(browser, server, "/");
    await page.waitForURL(`${server.origin}/flags?env=production`);
    await page.locator("tbody tr").first().waitFor();
  }));

test("a link changes the page without a load, and back returns", () =>
  withServer(async (server) => {
    const { page } = await visit(browser, server, "/flags?env=production");
    await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
    await page.getByRole("link", { name: "new checkout" }).click();
    await page.getByRole("heading", { level: 1, name: "new checkout" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "Flags" }).waitFor();
    assert.ok(await page.evaluate(() => "sameDocument" in globalThis));
  }));

test("a live result changes the page, P pauses it and P resumes it", () =>
  withServer(async (server) => {
    const { page, complaints } = await visit(browser, server, "/experiments/checkout-copy?env=production");
    const count = page.locator("[data-count=control]");
    const before = await count.textContent();
    await page.waitForFunction(
      (text) => document.querySelector("[data-count=control]")?.textContent !== text,
      before,
    );
    await page.keyboard.press("p");
    await page.locator(".pulse", { hasText: "Paused" }).waitFor();
    const paused = await count.textContent();
    await page.waitForTimeout(1_200);
    assert.equal(await count.textContent(), paused);
    await page.keyboard.press("p");
    await page.waitForFunction(
      (text) => document.querySelector("[data-count=control]")?.textContent !== text,
      paused,
    );
    assert.deepEqual(complaints, []);
  }));

test("two tabs share one stream, and the last one to leave closes it", () =>
  withServer(async (server) => {
    const { page } = await visit(browser, server, "/experiments/checkout-copy?env=production");
    const second = await page.context().newPage();
    await second.goto(page.url());
    await second.locator(".pulse", { hasText: "Live" }).waitFor();
    assert.equal(server.streams(), 1);
    await second.close();
    await page.getByRole("link", { name: "Flags", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Flags" }).waitFor();
    await eventually("the stream is closed", () => server.streams() === 0);
  }));

test("the page works without SharedWorker, each tab with a worker of its own", () =>
  withServer(async (server) => {
    const first = await visit(browser, server, "/flags?env=production");
    await first.page.addInitScript(() => Reflect.deleteProperty(globalThis, "SharedWorker"));
    await first.page.goto(`${server.origin}/experiments/checkout-copy?env=production`);
    await first.page.locator(".pulse", { hasText: "Live" }).waitFor();
    assert.deepEqual(first.complaints, []);
  }));

test("an edit raises the unsaved bar, saving makes a draft, publishing asks first in production", () =>
  withServer(async (server) => {
    const { page, complaints } = await visit(browser, server, "/flags/new-checkout?env=production");
    await page.getByLabel("Rollout in per cent").fill("30.25");
    await page.keyboard.press("Tab");
    await page.getByText("1 unsaved change").waitFor();
    await page.getByText("Rollout 25% → 30.25%").waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await page.getByRole("button", { name: "Save draft" }).click();
    await page.getByText("Saved as a draft, not served yet").waitFor();
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    await page.getByText("Published as version 43.").waitFor();
    assert.equal(server.state.flags[0]?.publishedVersion, 8);
    assert.deepEqual(complaints, []);
  }));

test("a save over somebody else's change is a conflict with both ways out", () =>
  withServer(async (server) => {
    const { page } = await visit(browser, server, "/flags/new-checkout?env=production");
    const [stands] = server.state.flags;
    assert.ok(stands);
    server.state.flags[0] = { ...stands, version: 8, entity: { ...stands.entity, enabled: false } };
    await page.getByLabel("Rollout in per cent").fill("40");
    await page.keyboard.press("Tab");
    await page.getByRole("button", { name: "Save draft" }).click();
    await page.getByText("Somebody else changed this flag").waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await page.getByRole("button", { name: "Keep mine" }).click();
    await page.getByText("2 unsaved changes").waitFor();
    await page.getByRole("button", { name: "Discard" }).click();
    assert.equal(await page.getByRole("switch").isChecked(), false);
  }));

test("a refused publish lists every problem, and an error names its request", () =>
  withServer(async (server) => {
    const problems = [
      { path: "rules[0].when", message: "segment staff does not exist" },
      { path: "fallthrough.split", message: "weights sum to 9000, not 10000" },
    ];
    const body = { code: "invalid_plan", title: "The plan is not valid", problems };
    server.state.failures.set("POST /v1/flags/search-v2/publish", { status: 422, body });
    const { page } = await visit(browser, server, "/flags/search-v2?env=dev");
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByText("segment staff does not exist").waitFor();
    assert.equal(await page.getByRole("alert").locator("li").count(), 2);
    assert.deepEqual(await axeViolations(page), []);
    server.state.failures.set("GET /v1/flags", {
      status: 500,
      body: { code: "internal", title: "Something broke on our side" },
    });
    await page.getByRole("link", { name: "Flags" }).first().click();
    await page.getByText("req-7f3a").waitFor();
    assert.deepEqual(await axeViolations(page), []);
    server.state.failures.clear();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("tbody tr").first().waitFor();
  }));

test("a token that may only read sees no button that would be refused, and 403 names the scope", () =>
  withServer(async (server) => {
    server.state.scopes = ["experiments:read"];
    const { page } = await visit(browser, server, "/flags/new-checkout?env=production");
    assert.ok(await page.getByRole("switch").isDisabled());
    assert.ok(await page.getByLabel("Rollout in per cent").isDisabled());
    const body = { code: "forbidden", title: "Forbidden", scope: "experiments:read" };
    server.state.failures.set("GET /v1/experiments", { status: 403, body });
    await page.getByRole("link", { name: "Experiments" }).click();
    await page.getByText("Your token may not see this").waitFor();
    assert.deepEqual(await axeViolations(page), []);
  }));

test("an experiment is paused after a question, and a mismatch holds the verdict", () =>
  withServer(async (server) => {
    server.state.mismatch = true;
    const { page } = await visit(browser, server, "/experiments/checkout-copy?env=production");
    await page.getByText("Do not read these results yet").waitFor();
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Resume" }).waitFor();
    assert.equal(server.state.experiments[0]?.entity.status, "paused");
  }));

test("what each look found is shown over time, for the metric that is chosen, and the whole report is a link away", () =>
  withServer(async (server) => {
    const { page, complaints } = await visit(browser, server, "/experiments/checkout-copy?env=production");
    const plots = page.locator("weir-experiment-history figure");
    await plots.first().waitFor();
    assert.equal(await plots.count(), 2);
    const [before] = await plots.locator("figcaption").allTextContents();
    assert.match(before ?? "", /short.*From .* at 120 people to .* at 4,800 people\. The plan was changed/s);
    const curve = plots.first().locator("path.line");
    const course = await curve.getAttribute("d");
    await page.getByLabel("Metric").selectOption({ label: "Revenue per person" });
    assert.notEqual(await curve.getAttribute("d"), course);
    const report = page.getByRole("link", { name: "Full report" });
    assert.equal(await report.getAttribute("href"), "/v1/reports/checkout-copy?env=production&format=html");
    assert.deepEqual(complaints, []);
  }));

test("an experiment whose looks cannot be had says so beside its result", () =>
  withServer(async (server) => {
    const body = { code: "unavailable", title: "The monitor does not answer" };
    server.state.failures.set("GET /v1/experiments/checkout-copy/timeline", { status: 503, body });
    const { page } = await visit(browser, server, "/experiments/checkout-copy?env=production");
    await page.getByText("The monitor does not answer").waitFor();
    await page.locator("[data-count=control]").waitFor();
    assert.deepEqual(await axeViolations(page), []);
  }));

test("a new flag starts at 0% as a draft", () =>
  withServer(async (server) => {
    const { page, complaints } = await visit(browser, server, "/flags?env=dev");
    await page.getByRole("button", { name: "New flag" }).click();
    await page.getByLabel("Key", { exact: true }).fill("fresh-idea");
    assert.deepEqual(await axeViolations(page), []);
    await page.getByRole("button", { name: "Create draft" }).click();
    await page.getByRole("heading", { level: 1, name: "fresh-idea" }).waitFor();
    assert.equal(await page.getByLabel("Rollout in per cent").inputValue(), "0");
    await page.getByText("Draft not served").waitFor();
    assert.deepEqual(complaints, []);
  }));

test("T changes the theme and the choice is remembered", () =>
  withServer(async (server) => {
    const { page } = await visit(browser, server, "/flags?env=dev");
    await page.keyboard.press("t");
    await page.keyboard.press("t");
    await page.reload();
    await page.locator("tbody tr").first().waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset["theme"]), "dark");
    const canvas = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    assert.equal(canvas, "rgb(12, 15, 20)");
  }));
