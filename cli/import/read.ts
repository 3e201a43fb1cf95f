import { readFile } from "node:fs/promises";
import { unitIdOf } from "../../evaluation/unit.ts";
import { defaultUnitType } from "../../protocols/ids.ts";
import { CliFailure, sentenceOf, usageFailure } from "../failure.ts";
import type { Imported, ImportOptions } from "./imported.ts";
import { systemNames, type SystemName } from "./system-names.ts";
import { systems } from "./systems.ts";

export async function readContent(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new CliFailure("unreadable", `cannot read ${file}: ${sentenceOf(error)}`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliFailure("not_json", `${file} is no JSON: ${sentenceOf(error)}`, { cause: error });
  }
}

/** The import of a file, or a failure that says what is wrong with it, and whose file it looks like. */
export function importContent(
  name: SystemName,
  content: unknown,
  file: string,
  options: ImportOptions,
): Imported {
  const { title, importer, file: expected } = systems[name];
  const result = importer(content, options);
  if (result.ok) return result.imported;
  const likely = systemNames.filter((other) => other !== name && looksLike(other, content));
  const hint =
    likely.length === 0
      ? ""
      : `; it looks like one of ${likely.map((other) => systems[other].title).join(" or ")}`;
  const [issue] = result.issues;
  const where = issue === undefined || issue.path === "" ? "" : `${issue.path}: `;
  throw usageFailure(
    `${file} is no file of ${title} (${expected})${hint}: ${where}${issue?.message ?? "unknown form"}${encryptedHint(content)}`,
  );
}

const looksLike = (name: SystemName, content: unknown): boolean =>
  systems[name].importer(content, { unitIdOf: () => unitIdOf("look", defaultUnitType, "") }).ok;

const encryptedHint = (content: unknown): string =>
  typeof content === "object" && content !== null && "encryptedFeatures" in content
    ? " (its features are encrypted: take the payload of an SDK connection without encryption)"
    : "";
