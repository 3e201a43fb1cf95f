import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AutomaticPause } from "../../protocols/automatic-pause.ts";
import { documentOf } from "./document/document.ts";
import { formatOf } from "./format.ts";
import { contentSecurityPolicy, htmlOf } from "./html.ts";
import { markdownOf } from "./markdown.ts";
import { absent, reportOf } from "./model/report.ts";
import { experiment, hostile, olderResult, result, startedAt } from "./testing/result.ts";
import { fullReport } from "./testing/sources.ts";

const nbsp = "\u00a0";
const html = htmlOf(documentOf(fullReport()));
const markdown = markdownOf(documentOf(fullReport()));
/** As a reader sees it. */
const plain = (page: string): string =>
  page
    .replaceAll(/<style>[\s\S]*?<\/style>/g, "")
    .replaceAll(/<[^>]*>/g, "\n")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

describe("a report", () => {
  test("says what to do, whether to believe it, the evidence, and how it was made, in this order", () => {
    const titles = [...html.matchAll(/<h2>([^<]*)<\/h2>/g)].map(([, title]) => title);
    assert.deepEqual(titles, [
      "In plain words",
      "Health",
      "Scorecard",
      "Effects at a glance",
      "Over time",
      "Distribution of values",
      "Units by day",
      "Novelty",
      "By dimension",
      "Other experiments at the same time",
      "Units that met the change",
      "Plan",
      "Methods",
      "Definitions of metrics",
      "SQL",
      "Where the numbers come from",
    ]);
    assert.ok(html.indexOf("Keep waiting") < html.indexOf("In plain words"));
  });

  test("puts the primary metric first and guardrails last", () => {
    assert.deepEqual(
      fullReport().rows.map(({ metric }) => metric),
      ["visit", "spend", "ctr", "latency"],
    );
  });

  test("marks each later version of the plan with who and when, for ever", () => {
    const [first, second] = fullReport().plans.kind === "present" ? valueOf(fullReport().plans) : [];
    assert.deepEqual(first?.changes, []);
    assert.deepEqual(second?.changes, ["alpha: 0.05 → 0.1", "minimum effect: 0.02 → 0.05"]);
    assert.match(plain(html), /Version 2, CHANGED during phase 1/);
    assert.match(plain(html), /Changed 2026-11-04 00:00 UTC by ben/);
  });

  test("keeps a part that is missing as a reason", () => {
    const report = reportOf({
      result: { ...olderResult, summary: { ...result.summary, days: [] } },
      timeline: absent("nobody looked"),
      breakdowns: absent("the experiment has no dimensions"),
      distributions: absent("no values are kept"),
      queries: absent("analytics did not answer"),
      positions: absent("the log does not answer"),
      at: result.at,
    });
    const text = plain(htmlOf(documentOf(report)));
    for (const reason of [
      "No decision: this result has estimates only",
      "nobody looked",
      "no unit has come yet",
      "the experiment has no dimensions",
      "no values are kept",
      "analytics did not answer",
      "the log does not answer",
      "this result was made without sequential monitoring",
      "the experiment started before plans were kept",
    ])
      assert.ok(text.includes(reason), reason);
    assert.equal(report.rows[0]?.verdict, "better");
    assert.equal(report.rows[0]?.now, undefined);
  });

  test("of one variant compares nothing, and says so", () => {
    const one = { ...result, analysis: { ...olderResult.analysis, comparisons: [] } };
    assert.match(plain(htmlOf(documentOf(fullReport(one)))), /There is nothing to compare/);
  });
});

describe("a report of an experiment that Weir paused by itself", () => {
  const pause: AutomaticPause = {
    at: startedAt as never,
    phase: 1,
    planVersion: 1,
    units: 41_234,
    breaches: [
      {
        kind: "guardrail",
        variant: "mail" as never,
        metric: "latency" as never,
        estimate: 0.0912,
        bound: 0.0456,
        limit: 0.02,
      },
    ],
    affected: 0.37,
  };
  const pagesOf = (members: Partial<typeof experiment>): readonly string[] => {
    const definition = { ...result.definition, experiment: { ...experiment, ...members } };
    const page = documentOf(fullReport({ ...result, definition }));
    return [plain(htmlOf(page)), markdownOf(page)];
  };

  test("says so beside the decision, in every form, as long as nobody resumed", () => {
    for (const page of pagesOf({ status: "paused", automaticPauses: [pause] })) {
      assert.match(page, /Paused by Weir itself/);
      assert.match(page, /since mail changes latency by about \+9\.120.%, and by \+4\.560.% even/);
    }
    const resumed = { ...pause, resumed: { at: startedAt as never, by: "ana" } };
    for (const page of pagesOf({ status: "paused", automaticPauses: [resumed] }))
      assert.doesNotMatch(page, /Paused by Weir itself/);
  });

  test("keeps pauses of other phases, with who resumed", () => {
    const resumed = { ...pause, resumed: { at: startedAt as never, by: "ana" } };
    for (const page of pagesOf({ phase: 2, automaticPauses: [resumed] })) {
      assert.match(page, /in phase 1 at 41,234 units/);
      assert.match(page, /Resumed 2026-11-01 00:00 UTC by ana/);
    }
  });

  test("shows a breach in the scorecard", () => {
    const comparisons = result.analysis.comparisons.map((comparison) =>
      comparison.metric === "latency" && comparison.finding !== undefined
        ? {
            ...comparison,
            finding: {
              ...comparison.finding,
              breach: { estimate: 0.09, bound: 0.0456, limit: 0.02, action: "alert" as const },
            },
          }
        : comparison,
    );
    const analysis = { ...result.analysis, comparisons };
    const page = plain(htmlOf(documentOf(fullReport({ ...result, analysis }))));
    assert.match(page, /▼ breached\s+at least \+4\.560.%, limit 2.%/);
  });
});

const valueOf = <Value>(part: { kind: "present"; value: readonly Value[] } | { kind: "absent" }) =>
  part.kind === "present" ? part.value : [];

/** Every number of the model, as it must stand in a page. */
const numbers: readonly (readonly [what: string, text: string])[] = [
  ["units of a variant", "21,307 units"],
  ["all units", "42,613"],
  ["expected units of a decision", "54,321 units"],
  ["days to a decision", "6 days"],
  ["chi-square and its p", "chi-square 0.00 with 1 degrees of freedom, p = 0.9961"],
  ["sequential sample ratio", "p now 1.0000, smallest so far 0.7312"],
  ["crossovers", "17 units that saw two variants"],
  ["bots", "5 units that are bots"],
  ["freshness", "60 s before this report"],
  ["an event that comes", '"visit" comes as it should'],
  ["an event that has stopped", '"purchase" has stopped'],
  ["when it stopped", "the newest came 2026-11-10 00:00 UTC"],
  ["balance", "visit of mail against control: p = 0.4567"],
  ["control's mean", `10.62${nbsp}%`],
  ["variant's mean", `18.28${nbsp}%`],
  ["difference, with less variance", `+7.61${nbsp}pp`],
  ["variance reduction", `22.1${nbsp}% less variance`],
  ["interval valid now", `+6.4${nbsp}pp to +8.9${nbsp}pp`],
  ["p now", "p 1.23e-40"],
  ["lift", `+72${nbsp}%`],
  ["interval of the lift", `+58${nbsp}% to +80${nbsp}%`],
  ["adjusted p", "holm, 1"],
  ["interval once", `+7.02${nbsp}pp to +8.20${nbsp}pp`],
  ["p once", "p 1.00e-50"],
  ["a sum's mean", "1.42"],
  ["a sum's interval", "\u22120.11 to +1.65"],
  ["margin of a guardrail", `margin 2${nbsp}%`],
  ["chance to win", `> 99.99${nbsp}%`],
  ["slope", "\u22120.001230"],
  ["p of the slope", "0.3456"],
  ["units of a dimension's value", "20,002"],
  ["adjusted p of a value", "0.0346"],
  ["Cochran's Q", `Cochran's Q = 1.23 with 1 degrees of freedom, p = 0.2666, I² = 19${nbsp}%`],
  ["revision", "98,765"],
  ["position", "4,321"],
  ["when values were read", "Values of single units, as of 2026-11-15 00:00 UTC"],
  [
    "a first bar that holds most",
    `Most values lie from 0 to below 12.5: 91.39${nbsp}% of control, 91.38${nbsp}% of mail`,
  ],
  ["values of a variant", "10,489"],
  ["a median", "● median 0"],
  ["a 90th percentile", "◆ 90th percentile 7.654"],
  ["a 95th percentile", "101.2"],
  ["values above the bars", "7 outside the bars"],
  ["a variant without values", "No values of mail: no unit has a value"],
  ["a metric whose values are under way", "Not shown of latency: it is being computed"],
  ["too few units", "too few units: 1, at least 2 are needed"],
  ["an interaction", `\u22123.1${nbsp}pp`],
  ["an interaction's interval", `\u22125.3${nbsp}pp to \u22121.0${nbsp}pp`],
  ["an interaction's adjusted p", "0.0094"],
  ["units in two experiments", "40,028"],
  ["why there is no interaction", "price: no answer, since a layer keeps their units apart"],
  ["an effect among those who met the change", `+6.1${nbsp}pp`],
  ["what it is to all", `(50.03${nbsp}% met it)`],
];

test("every number of the model is in the page and in the Markdown", () => {
  const text = plain(html);
  const unescaped = markdown.replaceAll(/\\(?=[\\`*_[\]|#>])/g, "").replaceAll("&lt;", "<");
  for (const [what, number] of numbers) {
    assert.ok(text.includes(number), `${what}: ${number} is not in the page`);
    assert.ok(unescaped.includes(number), `${what}: ${number} is not in the Markdown`);
  }
});

test("no number is NaN, infinite, undefined or shown as p = 0.0000", () => {
  for (const text of [plain(html), markdown])
    assert.doesNotMatch(text, /NaN|Infinity|undefined|\[object|0\.0000(?!\d)/);
});

test("names that hold markup are text in every format", () => {
  assert.ok(!html.includes("<img") && !html.includes("<script"));
  assert.ok(plain(html).includes(hostile));
  const outsideCode = markdown.replaceAll(/^(`{3,})sql\n[\s\S]*?\n\1$/gm, "");
  assert.doesNotMatch(outsideCode, /<(?!br>)/);
  assert.ok(markdown.includes("``````sql\n"), "the fence is longer than any run of backticks within");
});

test("a page asks nobody for anything: no script, no address, no style attribute", () => {
  assert.doesNotMatch(
    html,
    /(?:https?:)?\/\/[a-z]|<link|<script|\bsrc=(?!x onerror)|\bhref=|url\(|@import|\sstyle="/i,
  );
  assert.match(contentSecurityPolicy(), /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='/);
  assert.ok(html.includes(contentSecurityPolicy().replaceAll("'", "&#39;")));
});

test("every table has a caption, every drawing a title", () => {
  const count = (pattern: RegExp): number => [...html.matchAll(pattern)].length;
  assert.equal(count(/<table>/g), count(/<caption>/g));
  assert.equal(count(/<svg[^>]*role="img"[^>]*><title>/g), count(/<svg[^>]*role="img"/g));
  assert.ok(count(/<svg/g) > 4);
});

test("the Markdown is the same each time, and its tables have as many cells as titles", () => {
  assert.equal(markdownOf(documentOf(fullReport())), markdown);
  const cells = (line: string): number => line.replaceAll("\\|", "").split("|").length;
  let width = 0;
  for (const line of markdown.split("\n")) {
    if (!line.startsWith("|")) width = 0;
    else if (width === 0) width = cells(line);
    else assert.equal(cells(line), width, line);
  }
});

test("the form is what was asked for, else what Accept likes best, else JSON", () => {
  const asked = (query: string, accept: string) => {
    const format = formatOf({ query, header: () => accept }, ["json", "md", "html"]);
    return format.ok ? format.value : format.failure.code;
  };
  assert.equal(asked("", ""), "json");
  assert.equal(asked("", "*/*"), "json");
  assert.equal(asked("", "text/html,application/xhtml+xml,*/*;q=0.8"), "html");
  assert.equal(asked("", "text/markdown"), "md");
  assert.equal(asked("", "text/html;q=0.1, text/markdown;q=0.2"), "md");
  assert.equal(asked("", "image/png"), "json");
  assert.equal(asked("format=md", "text/html"), "md");
  assert.equal(asked("format=pdf", ""), "invalid_request");
});
