// Just enough of ClickHouse's lexis to know what may be done with a statement: where its placeholders are, whether a
// second statement follows, and whether it names a format. Quotes and comments are stepped over, never looked into.

export interface Placeholder {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly type: string;
}

export interface Statement {
  /** Without white space, comments and semicolon at its end. */
  readonly text: string;
  /** First word, upper case: SELECT, INSERT, CREATE, … */
  readonly verb: string;
  readonly placeholders: readonly Placeholder[];
  /** Of the closing FORMAT clause; absent when there is none. */
  readonly format: string | undefined;
  readonly hasFollower: boolean;
}

const placeholderPattern = /\{\s*([A-Za-z_]\w*)\s*:\s*([A-Za-z_][^{}]*?)\s*\}/y;
const wordPattern = /[A-Za-z_]\w*/y;
const closingFormat = /^format\s+(\w+)/i;

export function readStatement(sql: string): Statement {
  const placeholders: Placeholder[] = [];
  let verb = "";
  let formatAt: number | undefined;
  let end = 0; // just behind the last character that means anything
  let ended = false; // by a semicolon
  let at = 0;
  while (at < sql.length) {
    const blank = blankEnd(sql, at);
    if (blank > at) {
      at = blank;
      continue;
    }
    if (sql[at] === ";") {
      ended = true;
      at++;
      continue;
    }
    if (ended) break;
    const placeholder = sql[at] === "{" ? placeholderAt(sql, at) : undefined;
    if (placeholder !== undefined) placeholders.push(placeholder);
    const word = match(wordPattern, sql, at);
    if (word !== undefined) {
      if (verb === "") verb = word.toUpperCase();
      if (word.toUpperCase() === "FORMAT") formatAt = at;
    }
    at = placeholder?.end ?? (word === undefined ? tokenEnd(sql, at) : at + word.length);
    end = at;
  }
  const text = sql.slice(0, end);
  const format = formatAt === undefined ? undefined : closingFormat.exec(text.slice(formatAt))?.[1];
  return { text, verb, placeholders, format, hasFollower: ended && at < sql.length };
}

/** Behind the white space or the comment that starts here; the same place when neither does. */
function blankEnd(sql: string, at: number): number {
  const character = sql[at] ?? "";
  if (/\s/.test(character)) return at + 1;
  if (character === "#" || sql.startsWith("--", at)) {
    const newline = sql.indexOf("\n", at);
    return newline < 0 ? sql.length : newline + 1;
  }
  if (sql.startsWith("/*", at)) {
    const close = sql.indexOf("*/", at + 2);
    return close < 0 ? sql.length : close + 2;
  }
  return at;
}

function tokenEnd(sql: string, at: number): number {
  const quote = sql[at];
  if (quote !== "'" && quote !== '"' && quote !== "`") return at + 1;
  for (let index = at + 1; index < sql.length; index++) {
    if (sql[index] === "\\") index++;
    else if (sql[index] === quote) {
      if (sql[index + 1] !== quote) return index + 1;
      index++; // a doubled quote stands for itself
    }
  }
  return sql.length;
}

function placeholderAt(sql: string, at: number): Placeholder | undefined {
  placeholderPattern.lastIndex = at;
  const found = placeholderPattern.exec(sql);
  if (found?.[1] === undefined || found[2] === undefined) return undefined;
  return { start: at, end: at + found[0].length, name: found[1], type: found[2] };
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
