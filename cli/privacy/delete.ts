import { readFile } from "node:fs/promises";
import { text as textOfStream } from "node:stream/consumers";
import { deletionUnitsMax, DeletionReceipt } from "../../protocols/privacy.ts";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import { type Clock, systemClock } from "../clock.ts";
import { CliFailure, sentenceOf, usageFailure } from "../failure.ts";
import type { Target } from "../target.ts";
import { receiptText } from "./receipt-text.ts";
import { fetchDeletion } from "./status.ts";

export interface DeleteOptions {
  readonly env: string;
  readonly unit?: readonly string[];
  readonly unitId?: readonly string[];
  /** Raw keys, one a line; `-` for standard input. */
  readonly file?: string;
  readonly type?: string;
  readonly reason?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

export interface Deleted {
  readonly text: string;
  readonly isDone: boolean;
}

const pollMs = 1_000;
/** ClickHouse rewrites parts; a hundred million rows take half a minute. */
const waitMsMax = 15 * 60_000;

/** `weir privacy delete`. */
export async function deleteUnits(
  target: Target,
  options: DeleteOptions,
  { clock = systemClock, signal }: { readonly clock?: Clock; readonly signal?: AbortSignal } = {},
): Promise<Deleted> {
  const units = [...(options.unit ?? []), ...(options.file === undefined ? [] : await linesIn(options.file))];
  const unitIds = options.unitId ?? [];
  if (units.length + unitIds.length === 0) throw usageFailure("whom? Give --unit, --unit-id or --file");
  if (Math.max(units.length, unitIds.length) > deletionUnitsMax)
    throw usageFailure(`at most ${deletionUnitsMax} units at once`);
  const api = new Api(target);
  const { method, path } = routes.createDeletion;
  const body = {
    ...(units.length === 0 ? {} : { units }),
    ...(unitIds.length === 0 ? {} : { unitIds }),
    ...(options.type === undefined ? {} : { unitType: options.type }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
  };
  let receipt = DeletionReceipt.parse(await api.call(method, path, { body, query: { env: options.env } }));
  const deadline = clock.now() + waitMsMax;
  while (options.wait === true && receipt.state === "pending" && clock.now() < deadline) {
    await clock.sleep(pollMs, signal);
    signal?.throwIfAborted();
    receipt = await fetchDeletion(api, options.env, receipt.id);
  }
  const text = options.json === true ? JSON.stringify(receipt) : receiptText(receipt);
  return { text, isDone: receipt.state === "done" };
}

async function linesIn(file: string): Promise<string[]> {
  try {
    const text = file === "-" ? await textOfStream(process.stdin) : await readFile(file, "utf8");
    return text.split(/\r?\n/).filter((line) => line.trim() !== "");
  } catch (error) {
    throw new CliFailure("file_unreadable", `${file} cannot be read: ${sentenceOf(error)}`);
  }
}
