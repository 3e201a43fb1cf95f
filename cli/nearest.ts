/** More letters than this apart and a word was not meant. A third of a short word may be wrong. */
const distanceMax = 3;
const distanceAllowed = (word: string): number => Math.min(distanceMax, Math.ceil(word.length / 3));
/** Nobody mistypes longer words than this into a file, and the comparison takes the product of both lengths. */
const lengthMax = 100;

/** The word of a list that was probably meant, by the fewest letters to change, add, leave out or swap. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = distanceAllowed(word) + 1;
  for (const candidate of candidates) {
    if (candidate === word || candidate.length > lengthMax || word.length > lengthMax) continue;
    const distance = distanceBetween(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Edit distance; two neighbours that changed places are one step (optimal string alignment). */
function distanceBetween(a: string, b: string): number {
  let [twoBack, before]: [number[], number[]] = [
    [],
    Array.from({ length: b.length + 1 }, (_, index) => index),
  ];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let steps = Math.min(
        (before[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (before[j - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) steps = Math.min(steps, (twoBack[j - 2] ?? 0) + 1);
      row.push(steps);
    }
    [twoBack, before] = [before, row];
  }
  return before[b.length] ?? 0;
}
