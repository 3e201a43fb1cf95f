import { sha256Head } from "./sha256.ts";

// Which of the 10 000 buckets a unit falls into. A bucket depends on a salt and the unit id and nothing else, so it is
// the same everywhere, and widening a range never moves a unit that was in. Two things that must be independent have
// two salts; two that share one share their units, which is what makes a rollout's steps monotone.

/** Equal to bucketCount of protocols/flag.ts, which evaluators do not load because it brings zod along. */
export const bucketCount = 10_000;

/** First 4 bytes of SHA-256(salt + ":" + unitId), big-endian, mod 10 000. 2^32 mod 10 000 ≠ 0: bias below 3e-6. */
export const bucketOf = (salt: string, unitId: string): number =>
  sha256Head(`${salt}:${unitId}`) % bucketCount;

/** What the salt names: the key, unless an import brought a salt along. */
interface Salted {
  readonly key: string;
  readonly salt?: string | undefined;
}

// Keys hold no colon, so no flag's salt is an experiment's.

/** Of every split of a flag, in rules and fallthrough alike. */
export const splitSalt = (environmentSalt: string, flag: Salted): string =>
  `${environmentSalt}:${flag.salt ?? flag.key}`;

/** Of the question whether a unit takes part in an experiment. */
export const allocationSalt = (environmentSalt: string, experiment: Salted): string =>
  `${environmentSalt}:${experiment.salt ?? experiment.key}:allocation`;

/** Of the choice among an experiment's variants. */
export const variantSalt = (environmentSalt: string, experiment: Salted): string =>
  `${environmentSalt}:${experiment.salt ?? experiment.key}:variant`;

/** Of a `bucket` condition. One that names a flag's salt sees the same buckets as that flag's splits. */
export const namedSalt = (environmentSalt: string, name: string): string => `${environmentSalt}:${name}`;

/** Of a layer's slots. */
export const layerSalt = (environmentSalt: string, layer: Salted): string =>
  `${environmentSalt}:${layer.salt ?? layer.key}:layer`;

/** Of the question whether a holdout keeps a unit. */
export const holdoutSalt = (environmentSalt: string, holdout: Salted): string =>
  `${environmentSalt}:${holdout.salt ?? holdout.key}:holdout`;
