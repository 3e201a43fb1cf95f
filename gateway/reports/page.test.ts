import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { axeViolations } from "../../console/testing/axe.ts";
import { openBrowser } from "../../console/testing/browser.ts";
import { servedHere, tokens } from "../testing/gateway.ts";
import { serveExperiment } from "./testing/serve.ts";

// The page as a browser shows it, from a gateway and under the policy it is served with.

const { log, gateway } = await servedHere();
let browser: Browser;
before(async () => {
  await serveExperiment(log.connection);
  browser = await openBrowser();
});
after(() => browser.close());

const shapes = [
  ["light", 1280],
  ["dark", 390],
] as const;
for (const [colorScheme, width] of shapes)
  test(`axe finds nothing in ${colorScheme} at ${width} dots, nothing is asked for, nothing is wider than the page`, async () => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    await context.setExtraHTTPHeaders({ authorization: `Bearer ${tokens.root}`, accept: "text/html" });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => requests.push(request.url()));
    const address = `${gateway.url}/v1/reports/exp?env=test`;
    await page.goto(address);
    assert.deepEqual(await axeViolations(page), []);
    const widths = await page.evaluate(() => {
      const { document } = globalThis as unknown as {
        document: { documentElement: { scrollWidth: number; clientWidth: number } };
      };
      return [document.documentElement.scrollWidth, document.documentElement.clientWidth];
    });
    assert.equal(widths[0], widths[1]);
    // The style sheet passed its own policy: a page without it would be Times on white.
    const font = await page.locator("h1").evaluate((element) => {
      const { getComputedStyle } = globalThis as unknown as {
        getComputedStyle: (of: unknown) => { fontSize: string };
      };
      return getComputedStyle(element).fontSize;
    });
    assert.notEqual(font, "32px");
    assert.deepEqual(requests, [address]);
    assert.deepEqual(complaints, []);
    await context.close();
  });
