import type { Block, Cell, Document, Table } from "./document/block.ts";

/** A document as Markdown: pictures become the sentences that describe them. */
export function markdownOf({ title, place, blocks }: Document): string {
  return `${[`# ${inline(title)}`, inline(place), ...blocks.map(blockText)].join("\n\n")}\n`;
}

function blockText(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `${"#".repeat(block.level)} ${inline(block.text)}`;
    case "text":
      return inline(block.text);
    case "note":
      return `> ${inline(block.text)}`;
    case "list":
      return block.items.map((item) => `- ${inline(item)}`).join("\n");
    case "facts":
      return block.facts.map(([name, text]) => `- **${inline(name)}**: ${inline(text)}`).join("\n");
    case "call":
      return `**${inline(block.text)}.** ${inline(block.reason)}`;
    case "code":
      return codeText(block.language, block.text);
    case "table":
      return tableText(block);
    case "figure":
      return `**${inline(block.title)}**\n\n${inline(block.description)}`;
  }
}

function tableText({ caption, columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    `**${inline(caption)}**`,
    "",
    line(columns.map(({ title }) => inline(title))),
    line(columns.map(({ isNumber }) => (isNumber === true ? "---:" : "---"))),
    ...rows.map((row) => line(row.map(cellText))),
  ].join("\n");
}

const cellText = ({ lines }: Cell): string => lines.map(inline).join("<br>");

/** A fence that no run of backticks within ends. */
function codeText(language: string, content: string): string {
  const runs = [...content.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = "`".repeat(Math.max(3, ...runs.map((length) => length + 1)));
  return `${fence}${language}\n${content}\n${fence}`;
}

/** What would be markup in a text stays text, in a cell of a table as well. */
function inline(content: string): string {
  return content
    .replaceAll(/[\r\n]+/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_[\]|#>]/g, (character) => `\\${character}`);
}
