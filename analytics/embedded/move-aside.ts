import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

// Where a directory can be renamed, it is, whole. A mount point cannot: there its content moves into a folder of its own
// inside, which the engine passes over.

const insidePrefix = "broken-";

export interface Aside {
  readonly path: string;
  /** In the directory itself. */
  readonly inside: boolean;
}

/** Moves what is in `directory` aside; how things are called then ends in `name`. */
export function moveAside(directory: string, name: string, rename = renameSync): Aside {
  const beside = `${directory}.${insidePrefix}${name}`;
  try {
    rename(directory, beside);
    return { path: beside, inside: false };
  } catch (error) {
    // Busy, of another device, or beside it nothing may be made. Anything else the moves below will meet as well.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw error;
  }
  const path = join(directory, `${insidePrefix}${name}`);
  mkdirSync(path);
  // Without its list of databases the engine opens as if empty, so a move that is cut short has done its work as well.
  const entries = contentOf(directory).sort((a, b) => Number(b === "metadata") - Number(a === "metadata"));
  for (const entry of entries) renameSync(join(directory, entry), join(path, entry));
  return { path, inside: true };
}

/** Undoes `moveAside`; what has come into the directory since is removed. */
export function moveBack(directory: string, aside: Aside): void {
  if (!aside.inside) {
    rmSync(directory, { recursive: true, force: true });
    renameSync(aside.path, directory);
    return;
  }
  for (const entry of contentOf(directory)) rmSync(join(directory, entry), { recursive: true, force: true });
  for (const entry of readdirSync(aside.path)) renameSync(join(aside.path, entry), join(directory, entry));
  rmSync(aside.path, { recursive: true });
}

/** Without what was moved aside inside it, now or earlier. */
const contentOf = (directory: string): string[] =>
  existsSync(directory) ? readdirSync(directory).filter((entry) => !entry.startsWith(insidePrefix)) : [];

/** What was moved aside, now or earlier, and when. A folder that is being removed when we are killed stays in the list. */
export function asidesOf(directory: string): readonly { readonly path: string; readonly at: number }[] {
  const parent = dirname(directory);
  const prefix = `${basename(directory)}.${insidePrefix}`;
  const named = (folder: string, start: string): string[] =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((entry) => entry.startsWith(start))
          .map((entry) => join(folder, entry))
      : [];
  return [...named(parent, prefix), ...named(directory, insidePrefix)].map((path) => ({
    path,
    at: timeIn(path) ?? statSync(path).ctimeMs,
  }));
}

/** The time that the name of a folder ends in; a name that a person gave has none. */
function timeIn(path: string): number | undefined {
  const [text] = /\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/.exec(path) ?? [];
  return text === undefined
    ? undefined
    : Date.parse(
        text.replace(
          /T(..)-(..)-(..)-/,
          (_, hour: string, minute: string, second: string) => `T${hour}:${minute}:${second}.`,
        ),
      );
}
