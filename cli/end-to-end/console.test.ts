import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { axeViolations } from "../../console/testing/axe.ts";
import { openBrowser, settled } from "../../console/testing/browser.ts";
import { Api } from "../api.ts";
import { startWeir, type TestWeir } from "../testing/weir.ts";

// The console as people meet it: served by a gateway, over a Weir whose demo experiment is fed by simulated users.

const pages = [
  "/flags?env=demo",
  "/flags/checkout-button?env=demo",
  "/experiments?env=demo",
  "/experiments/checkout-button?env=demo",
];

describe("the console on a running Weir", { timeout: 180_000 }, () => {
  let weir: TestWeir;
  let browser: Browser;

  before(async () => {
    weir = await startWeir({ demo: true });
    browser = await openBrowser();
    const api = new Api({ url: weir.url, token: weir.token });
    await until(async () => {
      const answer = await api.ask<{ summary: { variants: { units: number }[] } }>(
        "GET",
        "/v1/experiments/checkout-button/results",
        { query: { env: "demo" } },
      );
      return answer.ok && answer.value.summary.variants.every(({ units }) => units > 20);
    });
  });
  after(async () => {
    await browser.close();
    await weir.stop();
  });

  async function signedIn(
    colorScheme: "light" | "dark",
  ): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
    const viewport = { width: 1280, height: 900 };
    const context = await browser.newContext({ colorScheme, reducedMotion: "reduce", viewport });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      // The browser logs each refused request, such as the first look at a session that is not there.
      if (message.type() === "error" && !message.text().startsWith("Failed to load"))
        complaints.push(message.text());
    });
    await page.goto(weir.url);
    await page.fill("#token", weir.token);
    await page.click("button.primary");
    await page.waitForSelector("h1:has-text('Flags')");
    return { context, page, complaints };
  }

  for (const scheme of ["light", "dark"] as const) {
    test(`axe finds nothing on its pages in ${scheme}, and no page complains`, async () => {
      const { context, page, complaints } = await signedIn(scheme);
      for (const path of pages) {
        await page.goto(weir.url + path);
        await settled(page);
        assert.deepEqual(await axeViolations(page), [], path);
        await shoot(page, `${scheme}-${path.split("?")[0]?.slice(1).replaceAll("/", "-") ?? ""}`);
      }
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }

  test("the result moves while one looks", async () => {
    const { context, page } = await signedIn("light");
    await page.goto(`${weir.url}/experiments/checkout-button?env=demo`);
    await page.waitForSelector("svg");
    const before = await page.textContent("main");
    await until(async () => (await page.textContent("main")) !== before);
    await context.close();
  });

  test("the session cookie is out of a script's reach, and signing out ends it", async () => {
    const { context, page } = await signedIn("light");
    const [cookie] = await context.cookies();
    assert.deepEqual([cookie?.name, cookie?.httpOnly, cookie?.sameSite], ["weir_session", true, "Strict"]);
    assert.equal(await page.evaluate("document.cookie"), "");
    const status = await page.evaluate(async () => (await fetch("/v1/session", { method: "DELETE" })).status);
    assert.ok(status < 300, `sign-out answers ${status}`);
    assert.equal(await page.evaluate(async () => (await fetch("/v1/session")).status), 401);
    await context.close();
  });
});

/** Pictures for a person to look at, where asked for. */
async function shoot(page: Page, name: string): Promise<void> {
  const directory = process.env["WEIR_SCREENSHOTS"];
  if (directory === undefined) return;
  mkdirSync(directory, { recursive: true });
  await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, "what was waited for did not come");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
