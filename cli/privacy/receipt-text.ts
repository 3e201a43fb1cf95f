import type { DeletionReceipt, StoreState } from "../../protocols/privacy.ts";
import { counted, textTable } from "../text-table.ts";

/** A receipt for people: each store, what it still has, and what stays for how long. */
export function receiptText(receipt: DeletionReceipt): string {
  const { id, environment, state, units, at, doneAt, overrides, retainedUntil, reason } = receipt;
  return [
    `Deletion ${id} in ${environment}: ${state === "done" ? "done" : "PENDING"}`,
    `  ${counted(units, "unit")}, asked at ${timeText(at)} by ${receipt.by}${reason === undefined ? "" : ` (${reason})`}${doneAt === undefined ? "" : `, done at ${timeText(doneAt)}`}`,
    "",
    ...textTable(["store", "state", "left", ""], receipt.stores.map(cellsOf), new Set([2])),
    "",
    `The log's own copies of past events go with its age, at ${timeText(retainedUntil)} at the latest; nobody counts them.`,
    ...(overrides.length === 0
      ? []
      : [`Overrides that name a unit stay until somebody removes them: ${overrides.join(", ")}`]),
  ].join("\n");
}

const cellsOf = ({ store, state, left, reason = "" }: StoreState): string[] => [
  store,
  state,
  left === undefined ? "–" : String(left),
  reason,
];

const timeText = (at: number): string => new Date(at).toISOString();
