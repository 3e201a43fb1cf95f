import { createHmac } from "node:crypto";
import { unitIdOf } from "../../evaluation/unit.ts";
import type { EnvironmentKey, UnitId } from "../../protocols/ids.ts";
import { escapeToken, unescapeToken } from "../../protocols/topology.ts";
import type { KeyValueEntry, Log } from "../../runtime/index.ts";

// Who was deleted. A tombstone is a pseudonym of the pseudonym under a secret of the installation: it tells a unit that
// comes back, and names nobody.

/** 100 bytes each: 50 MB. Folds and sink drop what the door lets through above it. */
const tombstonesMax = 500_000;
const prefix = "unit.";

export class Tombstones {
  readonly #secret: string;
  readonly #log: Log;
  readonly #salts = new Map<EnvironmentKey, string>();
  readonly #known = new Map<EnvironmentKey, Set<string>>();
  #size = 0;

  constructor(secret: string, log: Log) {
    this.#secret = secret;
    this.#log = log;
  }

  of(environment: EnvironmentKey, unit: UnitId): string {
    let salt = this.#salts.get(environment);
    if (salt === undefined) {
      const digest = createHmac("sha256", this.#secret).update(environment).digest("base64url");
      this.#salts.set(environment, (salt = digest.slice(0, 22)));
    }
    return unitIdOf(salt, "deleted", unit);
  }

  keyOf = (environment: EnvironmentKey, unit: UnitId): string =>
    `${prefix}${escapeToken(environment)}.${this.of(environment, unit)}`;

  /** Where nobody was deleted, nobody is looked up: a look costs half a microsecond. */
  has(environment: EnvironmentKey, unit: UnitId): boolean {
    const known = this.#known.get(environment);
    return known !== undefined && known.has(this.of(environment, unit));
  }

  learn({ key }: Pick<KeyValueEntry, "key">): void {
    if (!key.startsWith(prefix)) return;
    const [environment = "", tombstone = ""] = key.slice(prefix.length).split(".");
    const place = unescapeToken(environment) as EnvironmentKey;
    let known = this.#known.get(place);
    if (known === undefined) this.#known.set(place, (known = new Set()));
    if (known.has(tombstone)) return;
    if (this.#size >= tombstonesMax) return this.#log.error("tombstones_above_bound", { tombstonesMax });
    known.add(tombstone);
    this.#size++;
  }
}
