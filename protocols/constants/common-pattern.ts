import { compilePattern } from "./pattern.ts";

// Patterns that our RE2 and ClickHouse's read to the letter alike: what a filter matches in the fold it matches in the
// warehouse. The two differ in their tables of Unicode, in notations one of them lacks, and in how large a pattern may
// be; and half a surrogate pair is U+FFFD to ClickHouse.
//   P1. Only notations that both have, written in one way; no \B, which holds within a character too where bytes are read.
//   P2. No character's class depends on a version of Unicode: no \p, and without ASCII alone no (?i).
//   P3. Nothing tells half a surrogate pair and U+FFFD apart: a range has all of them or none.
//   P4. Small enough for the engine, whose automaton is of bytes and not of characters.

/** Steps of ours × ranges beyond ASCII of the richest class: at most some 12 of the engine's for each, of 170 000. */
const weightMax = 6_000;
/** Counted repetitions inside each other, multiplied: both engines refuse more. */
const repeatMax = 1_000;

const groupStart = /\(\?(?:[ims]+(?:-[ims]+)?|-[ims]+)?:|\((?!\?)/y;
const flags = /\(\?(?:[ims]+(?:-[ims]+)?|-[ims]+)\)/y;
const repetition = /(?:[*+?]|\{(\d{1,4})(?:,(\d{0,4}))?\})\??/y;
const escape = /\\(?:[dDwWsSbAztnrfv]|[!-/:-@[-`{-~]|x[0-9a-fA-F]{2}|x\{[0-9a-fA-F]{1,6}\})/y;
const namedClass =
  /\[:\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]/y;
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

/** What is wrong with a pattern of a metric's filter; undefined for a good one. */
export function commonPatternProblem(pattern: string): string | undefined {
  const compiled = compilePattern(pattern);
  if (!compiled.ok) return compiled.message;
  return new Reader(pattern).problem(compiled.size);
}

class Reader {
  readonly #pattern: string;
  #at = 0;
  #isFolding = false;
  #isAscii = true;
  #rangesMax = 1;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  problem(size: number): string | undefined {
    return (
      this.#syntax() ??
      (this.#isFolding && !this.#isAscii
        ? "(?i) is for patterns in ASCII, as tables of upper and lower case differ"
        : undefined) ??
      (size * this.#rangesMax > weightMax ? "has too many repetitions of too rich a class" : undefined)
    );
  }

  #syntax(): string | undefined {
    const groups: number[] = []; // of each open group, how often a part of it is repeated at most
    let [most, last] = [1, 1];
    let repeatable = false;
    while (this.#at < this.#pattern.length) {
      const repeated = this.#take(repetition);
      if (repeated !== undefined) {
        if (!repeatable) return `repeats a repetition, or nothing, at ${repeated[0]}`;
        const given = repeated.slice(1) as (string | undefined)[];
        const counts = [1, ...given.map((count = "") => Number(count))];
        const times = last * Math.max(...counts);
        if (times > repeatMax) return `repeats something more than ${repeatMax} times`;
        most = Math.max(most, times);
        repeatable = false;
        continue;
      }
      const set = this.#take(flags);
      const group = set ?? this.#take(groupStart);
      if (group !== undefined) {
        if (/^\(\?[ms]*i/.test(group[0])) this.#isFolding = true;
        if (set === undefined) groups.push(most);
        if (set === undefined) most = 1;
        repeatable = false;
        continue;
      }
      const sign = this.#pattern[this.#at] as string;
      if (sign === ")") {
        this.#at++;
        last = most;
        most = Math.max(groups.pop() ?? 1, most);
        repeatable = true;
        continue;
      }
      last = 1;
      repeatable = !"|^$".includes(sign);
      if (sign === "[") {
        const problem = this.#class();
        if (problem !== undefined) return problem;
      } else if ("|^$.".includes(sign)) this.#at++;
      else {
        const start = this.#at;
        const character = this.#character();
        if (character === undefined) return this.#unknown();
        if (/^\\[bAz]/.test(this.#pattern.slice(start, this.#at))) repeatable = false;
        if (isTorn(character, character)) return "names a character that ClickHouse does not tell apart";
      }
    }
    return undefined;
  }

  #class(): string | undefined {
    this.#at += this.#pattern.startsWith("[^", this.#at) ? 2 : 1;
    if (this.#pattern[this.#at] === "]") return this.#unknown();
    let ranges = 1;
    for (let isFirst = true; this.#pattern[this.#at] !== "]"; isFirst = false) {
      if (this.#at >= this.#pattern.length) return this.#unknown();
      if (this.#take(namedClass) !== undefined) continue;
      const isHyphen = this.#pattern[this.#at] === "-";
      if (isHyphen && !isFirst && this.#pattern[this.#at + 1] !== "]")
        return "has a hyphen within a class: write \\-";
      if (isHyphen) {
        this.#at++;
        continue;
      }
      const low = this.#member();
      if (low === undefined) return this.#unknown();
      let high = low;
      if (low >= 0 && this.#pattern[this.#at] === "-" && this.#pattern[this.#at + 1] !== "]") {
        this.#at++;
        const end = this.#member();
        if (end === undefined || end < 0) return this.#unknown();
        high = end;
      }
      if (isTorn(low, high))
        return "has a range that ends among characters that ClickHouse does not tell apart"; // P3
      if (high > 0x7f) ranges++;
    }
    this.#at++;
    this.#rangesMax = Math.max(this.#rangesMax, ranges);
    return undefined;
  }

  /** Of a class, where signs of repetition are characters, and what looks at a place is none. */
  #member(): number | undefined {
    const sign = this.#pattern[this.#at] as string;
    if ("{}()*+?".includes(sign)) {
      this.#at++;
      return sign.charCodeAt(0);
    }
    return /^\\[bAz]|^\[/.test(this.#pattern.slice(this.#at, this.#at + 2)) ? undefined : this.#character();
  }

  /** A character's number, −1 for an escape of several or none; undefined for what is neither. */
  #character(): number | undefined {
    const escaped = this.#take(escape)?.[0];
    if (escaped !== undefined) {
      const sign = escaped[1] as string;
      if (sign === "x") return this.#seen(Number.parseInt(escaped.replaceAll(/[\\x{}]/g, ""), 16));
      return /[dDwWsSbAz]/.test(sign) ? -1 : (controls[sign] ?? sign.charCodeAt(0));
    }
    const code = this.#pattern.codePointAt(this.#at) as number;
    const character = String.fromCodePoint(code);
    if ("\\{}()]*+?".includes(character)) return undefined;
    this.#at += character.length;
    return this.#seen(code);
  }

  #seen(code: number): number {
    if (code > 0x7f) this.#isAscii = false; // P2
    return code;
  }

  #take(what: RegExp): RegExpExecArray | undefined {
    what.lastIndex = this.#at;
    const found = what.exec(this.#pattern) ?? undefined;
    if (found !== undefined) this.#at += found[0].length;
    return found;
  }

  #unknown(): string {
    const part = this.#pattern.slice(this.#at, this.#at + 8);
    return `has a notation that ClickHouse may read otherwise, at ${part === "" ? "its end" : part}`; // P1
  }
}

/** P3. */
function isTorn(low: number, high: number): boolean {
  const hasSome = (low <= 0xdfff && high >= 0xd800) || (low <= 0xfffd && high >= 0xfffd);
  return hasSome && !(low <= 0xd800 && high >= 0xfffd);
}
