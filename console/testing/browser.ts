import { chromium, type Browser, type Page } from "playwright-core";
import type { ConsoleServer } from "./serve.ts";

const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

export interface Visit {
  readonly page: Page;
  /** Errors on the console and breaches of the policy; must stay empty. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

/** Resolves when a page has its heading and nothing on it is still loading. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector("h1");
  await page.waitForSelector(".skeleton", { state: "detached" });
}

interface VisitOptions {
  readonly scheme?: "light" | "dark";
  readonly signedIn?: boolean;
  readonly width?: number;
  readonly height?: number;
}

/** A fresh profile each, so that no test meets another's cookie, theme or worker. */
export async function visit(
  browser: Browser,
  server: ConsoleServer,
  path: string,
  options: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    colorScheme: options.scheme ?? "light",
    reducedMotion: "reduce",
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    timezoneId: "UTC",
  });
  if (options.signedIn ?? true) {
    await context.addCookies([
      { name: "weir_session", value: "good", url: server.origin, httpOnly: true, sameSite: "Strict" },
    ]);
  }
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    // A refused request is logged by the browser whatever the page does with it; the page's own errors are ours.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(server.origin + path);
  await settled(page);
  return { page, complaints, close: () => context.close() };
}
