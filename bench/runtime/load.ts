/** How hard: operations under way at once, and for how long. */
export interface Load {
  readonly concurrency: number;
  readonly ms: number;
}

/** Runs the operation over and over in that many lanes; finished operations per second. */
export async function pipelined(
  { concurrency, ms }: Load,
  operation: (lane: number) => Promise<unknown>,
): Promise<number> {
  const started = performance.now();
  const until = started + ms;
  let finished = 0;
  const run = async (lane: number): Promise<void> => {
    while (performance.now() < until) {
      await operation(lane);
      finished++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, lane) => run(lane)));
  return perSecond(finished, performance.now() - started);
}

export const perSecond = (count: number, ms: number): number => (count * 1_000) / ms;
