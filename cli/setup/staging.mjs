// Half an installation must never look like a whole one: work happens in a private directory beside the
// destination, and one rename at the end makes it real.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Calls `fill` with an empty directory that becomes `destination` (the directory, or what `fill` names) if it succeeds. */
export async function stage(destination, fill) {
  const parent = dirname(destination);
  const prefix = `.${basename(destination)}-`;
  mkdirSync(parent, { recursive: true });
  // What a killed run left behind; the set-up lock says that nobody works there now.
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const directory = mkdtempSync(join(parent, prefix));
  try {
    const result = (await fill(directory)) ?? directory;
    chmodSync(result, 0o755); // mkdtemp's 0700 would lock out a server that runs as another user
    const former = `${directory}.former`;
    if (existsSync(destination)) renameSync(destination, former);
    renameSync(result, destination);
    rmSync(former, { recursive: true, force: true });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
