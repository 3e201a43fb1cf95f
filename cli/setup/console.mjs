// The console is the one part with a build: vite bundles it into console/dist, which the gateway serves.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { environmentWith } from "./node.mjs";
import { capture } from "./run.mjs";
import { explain, say } from "./say.mjs";
import { stage } from "./staging.mjs";

/** Folders whose files end up in the bundle. */
const sources = ["console", "protocols", "evaluation", "analytics/statistics"];

export async function ensureConsole(root, node) {
  const config = join(root, "console", "vite.config.ts");
  if (!existsSync(config)) {
    say("there is no console here; going on without it");
    return;
  }
  const output = join(root, "console", "dist");
  const stampFile = join(output, ".weir-stamp");
  const stamp = hashOf(root);
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  say("building the console");
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  await stage(output, async (directory) => {
    const args = [
      vite,
      "build",
      join(root, "console"),
      "--config",
      config,
      "--outDir",
      directory,
      "--emptyOutDir",
    ];
    const built = await capture(node, [...args, "--logLevel", "warn"], {
      cwd: root,
      env: environmentWith(node),
    });
    if (!built.ok) throw explain("Building the console", built.output);
    writeFileSync(join(directory, ".weir-stamp"), stamp);
  });
}

function hashOf(root) {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  for (const folder of sources) {
    for (const file of filesBelow(root, folder))
      hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return `${hash.digest("hex")}\n`;
}

function filesBelow(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .filter(({ name }) => name !== "dist" && !name.startsWith(".") && !name.includes(".test."))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(root, path) : [path];
    });
}
