import { hash } from "node:crypto";
import type { Block, Cell, Column, Document, Figure, Table } from "./document/block.ts";
import { element, escaped, type Markup, together } from "./markup.ts";
import { styleSheet } from "./style.ts";

// A document as one page that asks nobody for anything: a style sheet that is named by its hash, no script, no address.

let policy: string | undefined;

/** For the answer's header; the page says the same of itself, for when it is opened from a disk. */
export function contentSecurityPolicy(): string {
  policy ??= [
    "default-src 'none'",
    `style-src 'sha256-${hash("sha256", styleSheet, "base64")}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return policy;
}

export function htmlOf({ title, place, blocks }: Document): string {
  const body = element(
    "main",
    {},
    element("p", { class: "place" }, place),
    element("h1", {}, title),
    ...blocks.map(blockMarkup),
  );
  return [
    "<!doctype html>",
    '<html lang="en">',
    '<head><meta charset="utf-8">',
    element("meta", { "http-equiv": "content-security-policy", content: contentSecurityPolicy() }).markup,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escaped(title)}</title>`,
    `<style>${styleSheet}</style></head>`,
    `<body>${body.markup}</body>`,
    "</html>\n",
  ].join("\n");
}

function blockMarkup(block: Block): Markup {
  switch (block.kind) {
    case "heading":
      return element(`h${block.level}`, {}, block.text);
    case "text":
      return element("p", {}, block.text);
    case "note":
      return element("p", { class: "note" }, block.text);
    case "list":
      return element("ul", {}, ...block.items.map((item) => element("li", {}, item)));
    case "facts":
      return element(
        "dl",
        {},
        ...block.facts.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]),
      );
    case "call":
      return element("p", { class: `call ${block.tone}` }, element("strong", {}, block.text), block.reason);
    case "code":
      // What scrolls must be reachable without a mouse.
      return element("pre", { tabindex: 0 }, element("code", {}, block.text));
    case "table":
      return tableMarkup(block);
    case "figure":
      return figureMarkup(block);
  }
}

const figureMarkup = ({ title, markup }: Figure): Markup =>
  element("figure", {}, element("figcaption", {}, title), { markup });

function tableMarkup({ caption, columns, rows }: Table): Markup {
  const titles = columns.map((column) =>
    element("th", { scope: "col", class: classOf(column) }, column.title),
  );
  const table = element(
    "table",
    {},
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...titles)),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map(cellOf(columns))))),
  );
  return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, table);
}

const cellOf =
  (columns: readonly Column[]) =>
  (cell: Cell, index: number): Markup => {
    const column = columns[index];
    return index === 0
      ? element("th", { scope: "row", class: classOf(column) }, linesMarkup(cell))
      : element("td", { class: classOf(column) }, linesMarkup(cell));
  };

const classOf = (column: Column | undefined): string | undefined =>
  column?.isNumber === true ? "number" : undefined;

function linesMarkup({ lines: [first = "", ...others], tone }: Cell): Markup {
  return together([
    tone === undefined ? { markup: escaped(first) } : element("span", { class: `tone ${tone}` }, first),
    ...others.map((line) => element("span", { class: "minor" }, line)),
  ]);
}
