import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

/** WCAG 2.1, levels A and AA. */
export const axeTags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] as const;

export interface Violation {
  readonly rule: string;
  readonly impact: string;
  readonly help: string;
  /** Selectors of the nodes, with what axe says of each. */
  readonly nodes: readonly string[];
}

interface AxeResults {
  violations: {
    id: string;
    impact?: string | null;
    help: string;
    nodes: { target: unknown; failureSummary?: string }[];
  }[];
}

let source: Promise<string> | undefined;

/**
 * Runs axe on a page as it stands. The code goes in through the debugger, which the served policy does not govern,
 * so pages are tested under the policy they are served with.
 */
export async function axeViolations(page: Page): Promise<readonly Violation[]> {
  source ??= readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
  const known = await page.evaluate(() => "axe" in globalThis);
  if (!known) await page.evaluate(await source);
  const results = await page.evaluate(async (tags) => {
    // Named here and not by the browser's types, so that tests of other rooms can use this file.
    const { axe, document } = globalThis as unknown as {
      axe: { run(root: unknown, options: unknown): Promise<AxeResults> };
      document: unknown;
    };
    return axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  }, axeTags);
  return results.violations.map(({ id, impact, help, nodes }) => ({
    rule: id,
    impact: impact ?? "unknown",
    help,
    nodes: nodes.map(({ target, failureSummary }) => `${String(target)}: ${failureSummary ?? ""}`),
  }));
}
