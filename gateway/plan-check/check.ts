import { verifyPlan } from "../../evaluation/sign.ts";
import { SignedPlan } from "../../protocols/plan.ts";

// Reading a signed plan: parsing, checking its shape, proving its origin. Of 1 MB that is a tenth of a second, so large
// ones are read in a worker (plan-worker.ts), and put together again here in pieces.

export type Checked =
  | { readonly ok: true; readonly signed: SignedPlan }
  | { readonly ok: false; readonly event: "plan_malformed" | "plan_signature_refused"; readonly detail: unknown };

export function checkPlan(text: string, hmacSecret: Uint8Array): Checked {
  const document = parse(text);
  const parsed = SignedPlan.safeParse(document);
  if (!parsed.success)
    return { ok: false, event: "plan_malformed", detail: parsed.error.issues.slice(0, 3) };
  const { environment, version } = parsed.data.plan;
  // What was signed is the document as it came: a schema that has learnt a default since would add it.
  if (!verifyPlan(document as SignedPlan, { hmacSecret }))
    return { ok: false, event: "plan_signature_refused", detail: { environment, version } };
  return { ok: true, signed: parsed.data };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A checked plan in texts that are each quick to parse. */
export interface PlanPieces {
  /** The signed plan with its large records empty. */
  readonly head: string;
  readonly pieces: readonly { readonly record: LargeRecord; readonly text: string }[];
}

const largeRecords = ["flags", "segments", "experiments", "metrics", "overrides"] as const;
type LargeRecord = (typeof largeRecords)[number];

/** A sixth of a millisecond to parse. */
const pieceLength = 16_384;

export function piecesOf(signed: SignedPlan): PlanPieces {
  const { plan } = signed;
  const pieces: { record: LargeRecord; text: string }[] = [];
  const empty: Partial<Record<LargeRecord, object>> = {};
  for (const record of largeRecords) {
    const entries = plan[record];
    if (entries === undefined) continue;
    empty[record] = {};
    let open: string[] = [];
    let length = 0;
    const close = (): void => {
      if (open.length > 0) pieces.push({ record, text: `{${open.join(",")}}` });
      open = [];
      length = 0;
    };
    for (const [key, value] of Object.entries(entries)) {
      const text = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
      open.push(text);
      length += text.length;
      if (length >= pieceLength) close();
    }
    close();
  }
  return { head: JSON.stringify({ ...signed, plan: { ...plan, ...empty } }), pieces };
}

/** In steps, one piece each. It was checked on the other side, and comes from there unchanged. */
export function* assembleSteps({ head, pieces }: PlanPieces): Generator<void, SignedPlan> {
  const signed = JSON.parse(head) as { plan: Record<LargeRecord, object> };
  for (const { record, text } of pieces) {
    Object.assign(signed.plan[record], JSON.parse(text));
    yield;
  }
  return signed as unknown as SignedPlan;
}
