/** What a W3C `traceparent` says: the trace, the span that continues in us, and whether the trace is recorded. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** Versions after 00 may append fields, which a reader of 00 passes over. */
const pattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
/** Of a list of flags; the others are nobody's yet. */
const sampledFlag = 1;

/** Undefined for what is malformed: the trace then begins with us. */
export function parseTraceparent(text: string | undefined): TraceParent | undefined {
  const [, traceId, spanId, flags] = pattern.exec(text ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & sampledFlag) === sampledFlag };
}

/** The same in our words; undefined for what is malformed. For what comes from strangers. */
export function soundTraceparent(text: string | undefined): string | undefined {
  const parsed = parseTraceparent(text);
  return parsed === undefined ? undefined : traceparentOf(parsed);
}

export const traceparentOf = ({ traceId, spanId, sampled }: TraceParent): string =>
  `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
