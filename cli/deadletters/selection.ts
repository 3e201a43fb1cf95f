import { createInterface } from "node:readline/promises";
import { letterChangesMax, LetterCounts } from "../../protocols/dead-letters.ts";
import { routes } from "../../protocols/routes.ts";
import type { Api } from "../api.ts";
import { usageFailure } from "../failure.ts";
import { counted } from "../text-table.ts";

export interface FilterOptions {
  readonly env?: string;
  readonly kind?: string;
  readonly code?: string;
  readonly from?: string;
}

export interface SelectionOptions extends FilterOptions {
  readonly all?: boolean;
  readonly yes?: boolean;
}

/** What the service is asked to change. */
export type Selection =
  | { readonly ids: readonly string[] }
  | { readonly filter: Readonly<Record<string, string>> };

export interface Terminal {
  readonly isInteractive: boolean;
  ask(question: string): Promise<string>;
}

export const systemTerminal: Terminal = {
  isInteractive: process.stdin.isTTY && process.stderr.isTTY,
  ask: async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  },
};

export const filterOf = ({ kind, code, from }: FilterOptions): Record<string, string> =>
  present({ kind, code, from });

export const queryOf = (options: FilterOptions): Record<string, string> =>
  present({ env: options.env, ...filterOf(options) });

const present = (members: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

export function selectionOf(ids: readonly string[], options: SelectionOptions): Selection {
  const filter = filterOf(options);
  const hasFilter = Object.keys(filter).length > 0 || options.all === true;
  if (ids.length > 0 && hasFilter) throw usageFailure("give ids or a filter, not both");
  if (ids.length > letterChangesMax) throw usageFailure(`at most ${letterChangesMax} letters at once`);
  if (ids.length > 0) return { ids };
  if (!hasFilter) throw usageFailure("which letters? Give their ids, or --kind, --code, --from, or --all");
  return { filter };
}

/** Many are changed only after somebody has seen how many. */
export async function confirmed(
  api: Api,
  selection: Selection,
  { verb, options, terminal }: { verb: string; options: SelectionOptions; terminal: Terminal },
): Promise<void> {
  if ("ids" in selection || options.yes === true) return;
  const { method, path } = routes.deadLetterCounts;
  const counts = LetterCounts.parse(await api.call(method, path, { query: queryOf(options) }));
  const total = counts.items.reduce((sum, { count }) => sum + count, 0);
  if (total <= 1) return;
  const text = `${counts.complete ? "" : "at least "}${counted(total, "letter")}`;
  if (!terminal.isInteractive) throw usageFailure(`this would ${verb} ${text}; say --yes to do it`);
  const answer = await terminal.ask(`${verb} ${text}? [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw usageFailure("nothing was changed");
}
