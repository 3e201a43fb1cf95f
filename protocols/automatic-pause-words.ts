import type { AutomaticPause, Breach } from "./automatic-pause.ts";
import { countText, instantText, percentText, pValueText } from "./number-text.ts";

// An automatic pause in sentences, the same wherever it is shown.

/** A metric by the name that people know it by. */
type TitleOf = (metric: string) => string;

const changeText = (change: number): string => percentText(change, { sign: true });

/** One breach, as the part of a sentence behind "since". */
function breachText(breach: Breach, titleOf: TitleOf): string {
  switch (breach.kind) {
    case "guardrail": {
      const limit = changeText(Math.sign(breach.bound) * breach.limit);
      return `${breach.variant} changes ${titleOf(breach.metric)} by about ${changeText(breach.estimate)}, and by ${changeText(breach.bound)} even at the harmless end of the interval that holds at any time, where ${limit} is the most that is accepted`;
    }
    case "sample_ratio":
      return `units are missing from a variant or doubled (sequential sample ratio p ${pText(breach.pValue)}, below ${breach.limit})`;
  }
}

const pText = (pValue: number): string => {
  const text = pValueText(pValue);
  return text.startsWith("<") ? text : `= ${text}`;
};

/** Why, without when: "x, and y". */
export const pauseReason = (
  { breaches }: Pick<AutomaticPause, "breaches">,
  titleOf: TitleOf = (metric) => metric,
): string => breaches.map((breach) => breachText(breach, titleOf)).join("; and ");

/** When, why and for whom, in a sentence. */
export function pauseSentence(pause: AutomaticPause, titleOf?: TitleOf): string {
  const { at, phase, units, affected, resumed } = pause;
  const radius =
    affected === undefined ? "" : ` It changed what about ${percentText(affected)} of the units are served.`;
  const end = resumed === undefined ? "" : ` Resumed ${instantText(resumed.at)} by ${resumed.by}.`;
  return `Paused automatically ${instantText(at)}, in phase ${phase} at ${countText(units)} units, since ${pauseReason(pause, titleOf)}.${radius}${end}`;
}

/** A pause that stands, for whoever shows an experiment. */
export interface PauseShown {
  readonly at: number;
  readonly reason: string;
  /** What to do. */
  readonly next: readonly string[];
}

export const pauseShown = (pause: AutomaticPause, titleOf?: TitleOf): PauseShown => ({
  at: pause.at,
  reason: pauseReason(pause, titleOf),
  next: pauseNext(pause),
});

/** A pause that stands, and what to do about it. */
export const standingSentences = (pause: AutomaticPause, titleOf?: TitleOf): readonly string[] => [
  pauseSentence(pause, titleOf),
  ...pauseNext(pause),
];

/** What to do about a pause that stands. */
export function pauseNext({ breaches }: AutomaticPause): readonly string[] {
  const has = (kind: Breach["kind"]): boolean => breaches.some((breach) => breach.kind === kind);
  return [
    ...(has("guardrail")
      ? ["Stop the experiment, or mend the variant and start a new phase, which counts from the beginning."]
      : []),
    ...(has("sample_ratio")
      ? [
          "Find out where units are lost (a redirect, a crash, a bot filter, a late exposure), then start a new phase.",
        ]
      : []),
    "Or resume: that accepts what was found, which then does not pause this phase again. Anything else still does.",
  ];
}
