import { Buffer } from "node:buffer";
import type { Excerpt } from "../../protocols/actor-operations.ts";
import type { Json } from "../../protocols/json.ts";

// Any value as JSON for people, in a bounded size. What JSON lacks (maps, sets, bytes, undefined) is shown in its
// nearest form; what is too long, too many or too deep is cut, and says so in its place.

interface Bounds {
  /** Members shown of a list or an object. */
  readonly membersMax: number;
  readonly textMax: number;
  readonly depthMax: number;
}

/** From everything to an outline; the first that fits is shown. */
const attempts: readonly Bounds[] = [
  { membersMax: 10_000, textMax: 10_000, depthMax: 40 },
  { membersMax: 200, textMax: 500, depthMax: 20 },
  { membersMax: 50, textMax: 200, depthMax: 10 },
  { membersMax: 10, textMax: 100, depthMax: 6 },
  { membersMax: 5, textMax: 50, depthMax: 3 },
];
/** A member takes at least this many bytes of JSON, so a walk that shows more cannot fit. */
const memberBytesMin = 2;

export function excerptOf(value: unknown, bytesMax: number): Excerpt {
  for (const bounds of attempts) {
    const walk = new Walk(bounds, bytesMax / memberBytesMin);
    const shown = walk.show(value, 0);
    if (walk.exhausted) continue;
    if (Buffer.byteLength(JSON.stringify(shown)) <= bytesMax) return { value: shown, cut: walk.cut };
  }
  return { value: "… too large to show", cut: true };
}

class Walk {
  cut = false;
  readonly #bounds: Bounds;
  #left: number;

  constructor(bounds: Bounds, membersMax: number) {
    this.#bounds = bounds;
    this.#left = membersMax;
  }

  get exhausted(): boolean {
    return this.#left < 0;
  }

  show(value: unknown, depth: number): Json {
    this.#left--;
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return Number.isFinite(value) ? value + 0 /* JSON has one zero */ : String(value);
      case "boolean":
        return value;
      case "bigint":
        return String(value);
      case "undefined":
      case "function":
      case "symbol":
        return null;
      case "object":
        return value === null ? null : this.#object(value, depth);
    }
  }

  #text(text: string): string {
    const { textMax } = this.#bounds;
    if (text.length <= textMax) return text;
    this.cut = true;
    return `${text.slice(0, textMax)}… ${text.length - textMax} more characters`;
  }

  #object(value: object, depth: number): Json {
    if (depth >= this.#bounds.depthMax || this.exhausted) {
      this.cut = true;
      return "…";
    }
    if (value instanceof Date) return value.toISOString();
    if (ArrayBuffer.isView(value)) return this.#numbers(value, depth);
    if (Array.isArray(value)) return this.#list(value, value.length, depth);
    if (value instanceof Set) return this.#list(value, value.size, depth);
    if (value instanceof Map) return this.#map(value, depth);
    return this.#members(Object.entries(value), Object.keys(value).length, depth);
  }

  #list(values: Iterable<unknown>, length: number, depth: number): Json {
    const shown: Json[] = [];
    for (const value of values) {
      if (shown.length >= this.#bounds.membersMax || this.exhausted) break;
      shown.push(this.show(value, depth + 1));
    }
    return shown.length === length ? shown : [...shown, this.#rest(length - shown.length)];
  }

  /** By key when all keys are texts, as pairs otherwise. */
  #map(map: ReadonlyMap<unknown, unknown>, depth: number): Json {
    for (const key of map.keys()) if (typeof key !== "string") return this.#list(map, map.size, depth);
    return this.#members(map as ReadonlyMap<string, unknown>, map.size, depth);
  }

  #members(members: Iterable<readonly [string, unknown]>, count: number, depth: number): Json {
    const shown: (readonly [string, Json])[] = [];
    let passed = 0;
    for (const [name, value] of members) {
      if (passed >= this.#bounds.membersMax || this.exhausted) break;
      passed++;
      if (value !== undefined) shown.push([this.#text(name), this.show(value, depth + 1)]);
    }
    if (passed < count) shown.push(["…", this.#rest(count - passed)]);
    return Object.fromEntries(shown);
  }

  #numbers(view: ArrayBufferView, depth: number): Json {
    if (view instanceof DataView) return `${view.byteLength} bytes`;
    const values = view as unknown as ArrayLike<number | bigint> & Iterable<number | bigint>;
    return this.#list(values, values.length, depth);
  }

  #rest(count: number): string {
    this.cut = true;
    return `… ${count} more`;
  }
}
