// npm is run as a script under a Node of our choice: the Node that runs it decides which native binaries it installs.
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { which } from "./run.mjs";
import { SetupError } from "./say.mjs";

/** The path of npm's own cli.js: the npm that started us, else the one beside our Node, else the one on PATH. */
export function npmScript() {
  const beside = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    join(beside, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    join(beside, "npm"),
    which("npm"),
  ];
  for (const candidate of candidates) {
    if (candidate === undefined || !existsSync(candidate)) continue;
    const script = realpathSync(candidate);
    // Another package manager may have started us, and some systems wrap npm in a shell script.
    if (basename(script) === "npm-cli.js") return script;
  }
  throw new SetupError("npm was not found: install Node.js together with npm, then run the command again.");
}

/** npm's own pauses between tries (10 s, then 60 s) would let a person without network wait for more than a minute. */
const patience = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=8000"];

export const npmFlags = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", ...patience];
