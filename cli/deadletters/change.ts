import { DropReceipt, RetryReceipt } from "../../protocols/dead-letters.ts";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import { usageFailure } from "../failure.ts";
import type { Target } from "../target.ts";
import { counted } from "../text-table.ts";
import { confirmed, selectionOf, systemTerminal, type SelectionOptions, type Terminal } from "./selection.ts";

export interface ChangeOptions extends SelectionOptions {
  readonly json?: boolean;
  /** JSON object laid over each event. */
  readonly patch?: string;
}

/** What to print, and whether everything was done. */
export interface Changed {
  readonly text: string;
  readonly whole: boolean;
}

/** A page of a thousand letters may wait for as many actors. */
const deadlineMs = 5 * 60_000;
const failuresShown = 20;

export async function dropLetters(
  target: Target,
  ids: readonly string[],
  options: ChangeOptions,
  terminal: Terminal = systemTerminal,
): Promise<Changed> {
  const api = new Api({ ...target, deadlineMs });
  const selection = selectionOf(ids, options);
  await confirmed(api, selection, { verb: "drop", options, terminal });
  const { method, path } = routes.dropDeadLetters;
  let dropped = 0;
  for (let more = true; more;) {
    const receipt = DropReceipt.parse(
      await api.call(method, path, { body: selection, query: envOf(options) }),
    );
    dropped += receipt.dropped;
    more = receipt.more && receipt.dropped > 0;
  }
  const whole = !("ids" in selection) || dropped === new Set(ids).size;
  return {
    text: options.json === true ? JSON.stringify({ dropped }) : `${counted(dropped, "letter")} dropped`,
    whole,
  };
}

export async function retryLetters(
  target: Target,
  ids: readonly string[],
  options: ChangeOptions,
  terminal: Terminal = systemTerminal,
): Promise<Changed> {
  const api = new Api({ ...target, deadlineMs });
  const selection = selectionOf(ids, options);
  const patch = patchOf(options.patch);
  await confirmed(api, selection, { verb: "retry", options, terminal });
  const { method, path } = routes.retryDeadLetters;
  const sum = { retried: 0, duplicate: 0, failed: [] as RetryReceipt["failed"] };
  // What fails again stays, so only rounds in which all went lead to the letters behind it.
  for (let more = true; more;) {
    const body = { ...selection, ...(patch === undefined ? {} : { patch }) };
    const receipt = RetryReceipt.parse(await api.call(method, path, { body, query: envOf(options) }));
    sum.retried += receipt.retried;
    sum.duplicate += receipt.duplicate;
    sum.failed = receipt.failed;
    more = receipt.more && receipt.failed.length === 0;
  }
  const whole = sum.failed.length === 0;
  return { text: options.json === true ? JSON.stringify(sum) : textOf(sum), whole };
}

const envOf = ({ env }: SelectionOptions): Record<string, string> => (env === undefined ? {} : { env });

function textOf({ retried, duplicate, failed }: Omit<RetryReceipt, "more">): string {
  const again = duplicate === 0 ? "" : `, ${duplicate} had been taken before`;
  const more = failed.length - failuresShown;
  return [
    `${counted(retried, "letter")} taken${again}${failed.length === 0 ? "" : `, ${failed.length} failed again and stay`}`,
    ...failed.slice(0, failuresShown).map(({ id, code, message }) => `  ${id}  ${code}  ${message}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join("\n");
}

function patchOf(text: string | undefined): object | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below, as for any other text that is no object.
  }
  throw usageFailure(`--patch must be a JSON object, as in '{"experimentKey":"checkout"}'`);
}
