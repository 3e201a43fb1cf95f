import { CounterRandom } from "../../special/counter-random.ts";

/** How a unit's value is drawn, and the mean it has. */
export interface Population {
  readonly name: string;
  readonly mean: number;
  readonly draw: (random: CounterRandom) => number;
}

export const normalPopulation: Population = {
  name: "normal",
  mean: 3,
  draw: (random) => 3 + random.normal(),
};

/** Log-normal: amounts that people spend. */
export const skewedPopulation: Population = {
  name: "skewed",
  mean: Math.exp(0.5 + 0.5 ** 2 / 2),
  draw: (random) => Math.exp(0.5 + 0.5 * random.normal()),
};

/** Student's t with 3 degrees of freedom: a variance, and no fourth moment. */
export const heavyPopulation: Population = {
  name: "heavy-tailed",
  mean: 0,
  draw: (random) => {
    const [x, y, z] = [random.normal(), random.normal(), random.normal()];
    return random.normal() / Math.sqrt((x * x + y * y + z * z) / 3);
  },
};

export function sample(
  population: Population,
  count: number,
  random: CounterRandom,
  shift = 0,
): Float64Array {
  return Float64Array.from({ length: count }, () => population.draw(random) + shift);
}

/** Counts the replicates for which `hit` says yes; each has a stream of chance of its own. */
export function countHits(replicates: number, seed: number, hit: (random: CounterRandom) => boolean): number {
  let hits = 0;
  for (let replicate = 0; replicate < replicates; replicate++)
    if (hit(new CounterRandom(seed, replicate))) hits += 1;
  return hits;
}
