// Weir needs Node 22 (type stripping, and native modules built for it). An older or newer Node that happens to run
// this script fetches the right one into .tools/ and leaves the system's alone.
import { chmodSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { npmFlags, npmScript } from "./npm.mjs";
import { capture, isExecutable } from "./run.mjs";
import { explain, say, SetupError } from "./say.mjs";
import { stage } from "./staging.mjs";

const release = "22.23.3";
/** 22.18 is the first release that strips types without a flag. */
const minorMin = 18;
const platforms = ["linux-x64", "linux-arm64", "darwin-arm64", "darwin-x64"];

export function isSuitable(version) {
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version) ?? [];
  return Number(major) === 22 && Number(minor) >= minorMin;
}

/** The path of a Node 22 binary. */
export async function ensureNode(root) {
  if (isSuitable(process.version)) return process.execPath;
  const home = join(root, ".tools", "node");
  const binary = join(home, "bin", "node");
  if (isExecutable(binary) && isSuitable((await capture(binary, ["--version"])).output)) return binary;
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.includes(platform)) {
    throw new SetupError(
      `Weir needs Node 22.${minorMin} or newer of the 22 line; install it and run the command again.`,
    );
  }
  say(`this is Node ${process.version}; fetching Node ${release} into .tools/node`);
  await stage(home, (directory) => fetchNode(`node-${platform}@${release}`, directory));
  return binary;
}

async function fetchNode(specifier, directory) {
  const packed = await capture(
    process.execPath,
    [npmScript(), "pack", specifier, "--ignore-scripts", ...npmFlags],
    {
      cwd: directory,
    },
  );
  if (!packed.ok) throw explain("Fetching Node 22", packed.output);
  const archive = readdirSync(directory).find((name) => name.endsWith(".tgz"));
  const unpacked = await capture("tar", ["-xzf", archive, "--strip-components=1"], { cwd: directory });
  if (!unpacked.ok) throw explain("Unpacking Node 22", unpacked.output);
  rmSync(join(directory, archive));
  const binary = join(directory, "bin", "node");
  chmodSync(binary, 0o755);
  const answer = await capture(binary, ["--version"]);
  if (!answer.ok) throw explain("Starting the fetched Node 22", answer.output);
}

/** The environment of every child: our Node comes first on its PATH. */
export function environmentWith(node, more = {}) {
  return { ...process.env, ...more, PATH: `${dirname(node)}:${process.env.PATH ?? ""}` };
}
