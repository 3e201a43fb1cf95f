// How long an event may fail to come before somebody should look. The median gap says how often it comes; the longest
// lull of the last week says that its nights are not an alarm every night; bounds keep both from absurd answers.

const hourMs = 3_600_000;

/** So many usual gaps in a row without an event are no accident: each is longer with chance one half. */
const gapsBeforeAlarm = 20;
const lullFactor = 1.5;
/** Below it, a restart of a client would be an alarm. */
const quietMsMin = 10 * 60_000;
const quietMsLongest = 72 * hourMs;
/** Fewer events in a week have no usual rate. */
const eventsMin = 10;

export interface UsualRate {
  /** Absent: too few events to say. */
  readonly medianGapMs?: number;
  readonly quietMsMax: number;
}

/** `perHour`: events of each hour, oldest first, without the hour that is not over. */
export function usualRate(perHour: readonly number[]): UsualRate {
  const first = perHour.findIndex((count) => count > 0);
  const known = first === -1 ? [] : perHour.slice(first);
  const events = known.reduce((sum, count) => sum + count, 0);
  if (events < eventsMin) return { quietMsMax: quietMsLongest };
  const gaps = gapsOf(known);
  const medianGapMs = weightedMedian(gaps);
  const longest = Math.max(0, ...gaps.filter(({ isLull }) => isLull).map(({ gapMs }) => gapMs));
  const quiet = Math.max(gapsBeforeAlarm * medianGapMs, lullFactor * longest);
  return { medianGapMs, quietMsMax: Math.min(quietMsLongest, Math.max(quietMsMin, quiet)) };
}

interface Gaps {
  readonly gapMs: number;
  readonly count: number;
  readonly isLull: boolean;
}

/** Within an hour events are taken to come evenly; empty hours between two others are one gap, before the first of them. */
function gapsOf(perHour: readonly number[]): Gaps[] {
  const gaps: Gaps[] = [];
  let empty = 0;
  for (const count of perHour) {
    if (count === 0) {
      empty++;
      continue;
    }
    if (empty > 0) gaps.push({ gapMs: (empty + 1) * hourMs, count: 1, isLull: true });
    gaps.push({ gapMs: hourMs / count, count: empty > 0 ? count - 1 : count, isLull: false });
    empty = 0;
  }
  return gaps;
}

function weightedMedian(gaps: readonly Gaps[]): number {
  const total = gaps.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const { gapMs, count } of gaps.toSorted((a, b) => a.gapMs - b.gapMs)) {
    seen += count;
    if (seen * 2 >= total) return gapMs;
  }
  return 0;
}
