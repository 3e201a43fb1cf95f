import { LetterCounts, LetterPage, type Letter } from "../../protocols/dead-letters.ts";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import type { Target } from "../target.ts";
import { counted, textTable } from "../text-table.ts";
import { queryOf, type FilterOptions } from "./selection.ts";

export interface ListOptions extends FilterOptions {
  readonly limit: number;
  readonly json?: boolean;
}

const pageMax = 200;
const messageShown = 60;

/** `weir deadletters ls`: counts by reason, and the newest letters. */
export async function listLetters(target: Target, { limit, json, ...filter }: ListOptions): Promise<string> {
  const api = new Api(target);
  const query = queryOf(filter);
  const counts = LetterCounts.parse(
    await api.call(routes.deadLetterCounts.method, routes.deadLetterCounts.path, { query }),
  );
  const items: Letter[] = [];
  let next: string | undefined;
  do {
    const asked = { ...query, limit: String(Math.min(pageMax, limit - items.length)) };
    const page: LetterPage = LetterPage.parse(
      await api.call(routes.deadLetters.method, routes.deadLetters.path, {
        query: next === undefined ? asked : { ...asked, cursor: next },
      }),
    );
    items.push(...page.items);
    next = page.next;
  } while (next !== undefined && items.length < limit);
  const more = next !== undefined;
  return json === true ? JSON.stringify({ items, more, counts }) : textOf(items, counts, more);
}

function textOf(items: readonly Letter[], counts: LetterCounts, more: boolean): string {
  if (items.length === 0) return "No such letters.";
  const total = counts.items.reduce((sum, { count }) => sum + count, 0);
  const rows = counts.items.map(({ kind, code, environment = "–", count, newestAt }) => [
    String(count),
    kind,
    code,
    environment,
    new Date(newestAt).toISOString(),
  ]);
  return [
    ...textTable(["count", "kind", "code", "environment", "newest"], rows, new Set([0])),
    "",
    ...textTable(["id", "at", "kind", "code", "from", "message"], items.map(cellsOf), new Set()),
    "",
    `${counts.complete ? "" : "at least "}${counted(total, "letter")}${more ? `, ${items.length} shown; --limit shows more` : ""}`,
  ].join("\n");
}

const cellsOf = ({ id, at, kind, code, type, from, message }: Letter): string[] => {
  const what = type === undefined ? kind : `${kind} (${type})`;
  return [id, new Date(at).toISOString(), what, code, from, message.slice(0, messageShown)];
};
