import { parentPort, workerData } from "node:worker_threads";
import { checkPlan, piecesOf, type PlanPieces } from "./check.ts";

// Reads plans beside the thread that answers requests.

export interface CheckRequest {
  readonly id: number;
  readonly text: string;
}
export type CheckReply =
  | { readonly id: number; readonly ok: true; readonly plan: PlanPieces }
  | {
      readonly id: number;
      readonly ok: false;
      readonly event: "plan_malformed" | "plan_signature_refused";
      readonly detail: unknown;
    };

const { hmacSecret } = workerData as { readonly hmacSecret: Uint8Array };

parentPort?.on("message", ({ id, text }: CheckRequest) => {
  const checked = checkPlan(text, hmacSecret);
  const reply: CheckReply = checked.ok
    ? { id, ok: true, plan: piecesOf(checked.signed) }
    : { id, ...checked };
  parentPort?.postMessage(reply);
});
