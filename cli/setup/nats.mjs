// nats-server, new enough to be clustered and to sync each write: 2.10 or later. Where only an older one can be had,
// it serves a single node, which is all that a machine of one person needs.
import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { findArchive, unpackPackage } from "./debian.mjs";
import { installPackages } from "./system-packages.mjs";
import { capture, isExecutable, isRoot, which } from "./run.mjs";
import { explain, say, SetupError } from "./say.mjs";
import { stage } from "./staging.mjs";

// Newest first: testing, then unstable (which may already need a newer C library), then the release before them.
const suites = ["forky", "sid", "trixie"];
const minorMin = 10;

/** The absolute path of a nats-server. */
export async function ensureNats(root) {
  const own = join(root, ".tools", "nats", "nats-server");
  const installed = which("nats-server");
  if (installed !== undefined && isRecent(await versionOf(installed))) return installed;
  if (isExecutable(own)) return own;
  const archive = findArchive();
  const trouble = archive === undefined ? "" : await fromDebian(archive, join(root, ".tools", "nats"));
  if (trouble === undefined) return own;
  if (installed === undefined && isRoot() && which("apt-get") !== undefined) {
    say("installing the system's nats-server package");
    await installPackages(["nats-server"]);
  }
  const fallback = which("nats-server");
  if (fallback === undefined) throw missing(trouble);
  await keep(fallback, join(root, ".tools", "nats"));
  return own;
}

/** Answers undefined when it succeeded, else what went wrong. */
async function fromDebian(archive, home) {
  say("fetching nats-server into .tools/nats (nothing is installed on the system)");
  let trouble = "";
  try {
    await stage(home, async (directory) => {
      for (const suite of suites) {
        const result = await unpackPackage(archive, suite, "nats-server", join(directory, "apt"));
        const binary = result.ok ? join(result.target, "usr", "sbin", "nats-server") : undefined;
        if (binary !== undefined && isRecent(await versionOf(binary)))
          return binaryOnly(binary, join(directory, "ready"));
        trouble += result.output ?? `${suite}: the package does not run here\n`;
      }
      throw new SetupError("no suite has a nats-server for this system");
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return trouble;
  }
}

/** An older server is kept too, so that the next start need not search again. */
async function keep(binary, home) {
  say(`using ${binary} ${await versionOf(binary)}: enough for one machine, not for a cluster`);
  await stage(home, (directory) => binaryOnly(binary, join(directory, "ready")));
}

function binaryOnly(binary, directory) {
  mkdirSync(directory);
  copyFileSync(binary, join(directory, "nats-server"));
  chmodSync(join(directory, "nats-server"), 0o755);
  return directory;
}

async function versionOf(binary) {
  return /v?(\d+\.\d+\.\d+)/.exec((await capture(binary, ["--version"])).output)?.[1] ?? "";
}

function isRecent(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 2 || (major === 2 && minor >= minorMin);
}

function missing(trouble) {
  if (process.platform === "darwin") {
    return new SetupError("nats-server is missing: run `brew install nats-server`, then this command again.");
  }
  if (trouble !== "") return explain("Fetching nats-server", trouble);
  return new SetupError(
    `nats-server 2.${minorMin} or newer is missing: install it so that it is on PATH, then run this command again.`,
  );
}
