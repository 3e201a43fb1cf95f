import type { AutomaticPause, Breach } from "./automatic-pause.ts";

// How breaches and pauses are told apart. Apart from their schema, so that a browser needs no validator to read them.

/** One place that can be breached. A breach is the same as another when it is of the same place, in the same phase. */
export const placeOf = (breach: Breach): string =>
  breach.kind === "guardrail" ? `${breach.variant}/${breach.metric}` : "sample_ratio";

interface Paused {
  readonly phase: number;
  readonly automaticPauses?: readonly AutomaticPause[] | undefined;
}

/** Those that have not paused this phase before. */
export function newBreaches(
  { phase, automaticPauses = [] }: Paused,
  breaches: readonly Breach[],
): readonly Breach[] {
  const known = new Set(
    automaticPauses.flatMap((pause) => (pause.phase === phase ? pause.breaches.map(placeOf) : [])),
  );
  return breaches.filter((breach) => !known.has(placeOf(breach)));
}

/** The pause that is the reason why an experiment stands still; undefined where it runs, or a person paused it. */
export function standingPause({
  status,
  automaticPauses = [],
}: Pick<Paused, "automaticPauses"> & { readonly status: string }): AutomaticPause | undefined {
  const last = automaticPauses.at(-1);
  return status === "paused" && last?.resumed === undefined ? last : undefined;
}
