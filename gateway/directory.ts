import { Directory, type EnvironmentRecord, type Scope, type TokenRecord } from "../protocols/directory.ts";
import type { Clock } from "../runtime/index.ts";
import type { EnvironmentKey } from "../protocols/ids.ts";

/** The directory's watch takes milliseconds; after two seconds the change shows when it shows. */
const settleMsMax = 2_000;
const settleStepMs = 5;

/** Whoever a token stands for. Made once per directory version, so a request only looks it up. */
export interface Principal {
  readonly token: TokenRecord;
  readonly prefix: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly environment: EnvironmentKey | undefined;
  readonly isBrowser: boolean;
  readonly expiresAt: number;
}

/** `admin` may do everything a token can be allowed, except to bring in events of any age: that is asked for by name. */
function scopesOf({ scopes }: TokenRecord): ReadonlySet<Scope> {
  if (!scopes.includes("admin")) return new Set(scopes);
  const implied: readonly Scope[] = [
    "flags:evaluate",
    "ingestion:write",
    "experiments:read",
    "experiments:write",
    "metrics:read",
    "metrics:write",
    "reports:read",
  ];
  return new Set([...implied, ...scopes]);
}

/** The newest directory document, indexed. One reference is swapped; the version never goes back. */
export class DirectoryView {
  #document: Directory | undefined;
  #principals: ReadonlyMap<string, Principal> = new Map();
  #environments: ReadonlyMap<string, EnvironmentRecord> = new Map();

  get loaded(): boolean {
    return this.#document !== undefined;
  }
  get document(): Directory | undefined {
    return this.#document;
  }

  /** Waits until the directory says so: whoever changed it through us may use the change at once. */
  async until(holds: () => boolean, clock: Clock): Promise<void> {
    const deadline = clock.monotonicMs() + settleMsMax;
    while (!holds() && clock.monotonicMs() < deadline) await clock.sleep(settleStepMs);
  }

  /** False when the document is not newer, or no directory at all. */
  accept(document: unknown): boolean {
    const parsed = Directory.safeParse(document);
    if (!parsed.success) return false;
    if (this.#document !== undefined && parsed.data.version <= this.#document.version) return false;
    this.#document = parsed.data;
    this.#principals = new Map(parsed.data.tokens.map((token) => [token.hash, principalOf(token)]));
    this.#environments = new Map(parsed.data.environments.map((record) => [record.key, record]));
    return true;
  }

  /** By the SHA-256 of the token's text, hex. */
  principal(hash: string): Principal | undefined {
    return this.#principals.get(hash);
  }

  /** An archived environment is as absent as one that never was. */
  environment(key: string): EnvironmentRecord | undefined {
    const record = this.#environments.get(key);
    return record?.archived === true ? undefined : record;
  }
}

const principalOf = (token: TokenRecord): Principal => ({
  token,
  prefix: token.prefix,
  scopes: scopesOf(token),
  environment: token.environment,
  isBrowser: token.kind === "browser",
  expiresAt: token.expiresAt ?? Number.POSITIVE_INFINITY,
});
