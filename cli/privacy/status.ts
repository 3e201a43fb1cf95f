import { DeletionList, DeletionReceipt } from "../../protocols/privacy.ts";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import type { Target } from "../target.ts";
import { textTable } from "../text-table.ts";
import { receiptText } from "./receipt-text.ts";

export interface StatusOptions {
  readonly env: string;
  readonly json?: boolean;
}

export async function fetchDeletion(api: Api, env: string, id: string): Promise<DeletionReceipt> {
  const { method, path } = routes.deletion;
  const filled = path.replace(":id", encodeURIComponent(id));
  return DeletionReceipt.parse(await api.call(method, filled, { query: { env } }));
}

/** `weir privacy status [ID]`: one receipt, or all of the environment; and whether nothing is pending. */
export async function deletionStatus(
  target: Target,
  id: string | undefined,
  { env, json }: StatusOptions,
): Promise<{ readonly text: string; readonly isDone: boolean }> {
  const api = new Api(target);
  if (id !== undefined) {
    const receipt = await fetchDeletion(api, env, id);
    const text = json === true ? JSON.stringify(receipt) : receiptText(receipt);
    return { text, isDone: receipt.state === "done" };
  }
  const { method, path } = routes.deletions;
  const list = DeletionList.parse(await api.call(method, path, { query: { env } }));
  const isDone = list.items.every(({ state }) => state === "done");
  return { text: json === true ? JSON.stringify(list) : listText(list), isDone };
}

function listText({ items }: DeletionList): string {
  if (items.length === 0) return "Nobody was deleted.";
  const rows = items.map(({ id, at, state, units, by, stores, reason = "" }) => {
    const waits = stores.flatMap((each) => (each.state === "pending" ? [each.store] : []));
    const shown = state === "done" ? "done" : `pending: ${waits.join(", ")}`;
    return [id, new Date(at).toISOString(), String(units), by, shown, reason];
  });
  return textTable(["id", "asked at", "units", "by", "state", "reason"], rows, new Set([2])).join("\n");
}
