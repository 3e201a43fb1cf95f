import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { sentenceOf, systemCodeOf } from "../failure.ts";
import type { Finding, FindingCode } from "./finding.ts";

// The metric files that a person named: files as they are, directories with all below them, `-` for what is piped in.

export interface Source {
  readonly file: string;
  readonly text: string;
}

export interface Sources {
  readonly sources: readonly Source[];
  readonly findings: readonly Finding[];
}

const filesMax = 2_000;
/** Thousands of metrics with tests. */
const bytesMax = 4 * 1024 ** 2;
const extension = /\.(ya?ml|json)$/i;
export const standardInput = "-";

export async function readSources(
  paths: readonly string[],
  input: AsyncIterable<Uint8Array | string> = process.stdin,
): Promise<Sources> {
  const sources: Source[] = [];
  const findings: Finding[] = [];
  const wrong = (file: string, code: FindingCode, message: string): void =>
    void findings.push({ file, code, message, path: "" });
  const files = new Set<string>();
  for (const path of paths) {
    try {
      for (const file of path === standardInput ? [path] : await filesAt(path)) files.add(file);
    } catch (error) {
      wrong(path, "unreadable", `cannot be read: ${reasonOf(error)}`);
    }
  }
  for (const file of [...files].slice(0, filesMax)) {
    try {
      const text = file === standardInput ? await textOf(input) : await textOfFile(file);
      if (text === undefined) wrong(file, "too_large", `has more than ${bytesMax} bytes`);
      else sources.push({ file: file === standardInput ? "(stdin)" : file, text });
    } catch (error) {
      wrong(file, "unreadable", `cannot be read: ${reasonOf(error)}`);
    }
  }
  if (files.size > filesMax) wrong(paths.join(" "), "too_many", `are more than ${filesMax} files`);
  if (files.size === 0 && findings.length === 0)
    wrong(paths.join(" "), "no_metric", "has no file that ends in .yaml, .yml or .json");
  return { sources, findings };
}

const reasonOf = (error: unknown): string =>
  systemCodeOf(error) === "ENOENT" ? "there is no such file" : sentenceOf(error);

/** In the order of their names, so that a run says the same everywhere. What begins with a dot is not looked into. */
async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const found: string[] = [];
  const entries = (await readdir(path)).filter((name) => !name.startsWith(".") && name !== "node_modules");
  for (const name of entries.sort()) {
    if (found.length > filesMax) break;
    const below = join(path, name);
    const entry = await lstat(below); // a link to a directory could lead in a circle
    if (entry.isDirectory()) found.push(...(await filesAt(below)));
    else if (extension.test(name)) found.push(below);
  }
  return found;
}

async function textOfFile(file: string): Promise<string | undefined> {
  const { size } = await stat(file);
  return size > bytesMax ? undefined : readFile(file, "utf8");
}

async function textOf(input: AsyncIterable<Uint8Array | string>): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of input) {
    const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
    size += bytes.length;
    if (size > bytesMax) return undefined;
    parts.push(bytes);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}
