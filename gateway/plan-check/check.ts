import { verifyPlan } from "../../evaluation/sign.ts";
import { keyPattern } from "../../protocols/ids.ts";
import { planFormat, SignedPlan } from "../../protocols/plan.ts";

// Reading a signed plan: parsing, proving its origin, checking its shape. Of 1 MB that is tens of milliseconds, so large
// ones are read in a worker (plan-worker.ts), and put together again here in pieces.

export type Checked =
  | { readonly ok: true; readonly signed: SignedPlan }
  | {
      readonly ok: false;
      readonly event: "plan_malformed" | "plan_signature_refused";
      readonly detail: unknown;
    };

/**
 * A signed plan of the present format was made by compile(), so its origin is proof enough of its parts; what a newer
 * compile() may have put into them is left to evaluation, which leaves out what it does not understand. Plans of the
 * format before lack members, which the schema fills in.
 */
export function checkPlan(text: string, hmacSecret: Uint8Array): Checked {
  const document = parse(text);
  const shaped = isObject(document) && isObject(document["plan"]) ? document : undefined;
  const plan = shaped?.["plan"] as Members | undefined;
  if (shaped === undefined || plan === undefined || typeof shaped["etag"] !== "string")
    return malformed("no plan");
  const { environment, version, format } = plan;
  if (typeof shaped["hmac"] !== "string" || !verifyPlan(shaped as unknown as SignedPlan, { hmacSecret }))
    return { ok: false, event: "plan_signature_refused", detail: { environment, version } };
  if (format === planFormat)
    return isPlan(plan)
      ? { ok: true, signed: shaped as unknown as SignedPlan }
      : malformed("not of its format");
  const parsed = SignedPlan.safeParse(document);
  return parsed.success ? { ok: true, signed: parsed.data } : malformed(parsed.error.issues.slice(0, 3));
}

const malformed = (detail: unknown): Checked => ({ ok: false, event: "plan_malformed", detail });

type Members = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What the gateway itself relies on. */
function isPlan(plan: Members): boolean {
  const { environment, version, salt, unitSalt, partitions, publishedAt } = plan;
  return (
    typeof environment === "string" &&
    keyPattern.test(environment) &&
    [version, partitions, publishedAt].every((number) => Number.isInteger(number)) &&
    typeof salt === "string" &&
    typeof unitSalt === "string" &&
    ["flags", "segments", "experiments", "metrics"].every((record) => isObject(plan[record]))
  );
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
