// One newer Debian package, unpacked into a folder of ours. apt gets private directories, so nothing is installed,
// the system's package lists stay as they are, and no root is needed.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianArchive, systemEntries } from "./apt-sources.mjs";
import { capture, which } from "./run.mjs";

/** Debian's main archive as this system knows it; undefined where there is none, or no apt. */
export function findArchive() {
  if (which("apt-get") === undefined || which("dpkg-deb") === undefined) return undefined;
  let osRelease;
  try {
    osRelease = readFileSync("/etc/os-release", "utf8");
  } catch {
    return undefined;
  }
  return debianArchive(systemEntries(), osRelease);
}

/** Unpacks `name` of `suite` into `directory`/root and answers that path; a failure answers what apt said. */
export async function unpackPackage(archive, suite, name, directory) {
  const aptDirectory = join(directory, suite);
  for (const part of ["lists/partial", "cache/archives/partial"]) {
    mkdirSync(join(aptDirectory, part), { recursive: true });
  }
  const sources = join(aptDirectory, "archive.sources");
  writeFileSync(sources, sourceText(archive, suite));
  const options = privateOptions(aptDirectory, sources);
  const updated = await capture("apt-get", [...options, "update"]);
  if (!updated.ok) return { ok: false, output: updated.output };
  const downloaded = await capture("apt-get", [...options, "download", name], { cwd: aptDirectory });
  if (!downloaded.ok) return { ok: false, output: `${updated.output}${downloaded.output}` };
  const file = readdirSync(aptDirectory).find((entry) => entry.endsWith(".deb"));
  const target = join(directory, "root");
  const unpacked = await capture("dpkg-deb", ["-x", join(aptDirectory, file ?? ""), target]);
  return unpacked.ok ? { ok: true, target } : { ok: false, output: unpacked.output };
}

function sourceText({ uri, signedBy }, suite) {
  const key = signedBy === undefined ? "" : `Signed-By: ${signedBy}\n`;
  return `Types: deb\nURIs: ${uri}\nSuites: ${suite}\nComponents: main\n${key}`;
}

function privateOptions(directory, sources) {
  return [
    "-qq",
    `-oDir::State=${directory}`,
    `-oDir::State::Lists=${join(directory, "lists")}`,
    "-oDir::State::status=/var/lib/dpkg/status",
    `-oDir::Cache=${join(directory, "cache")}`,
    `-oDir::Etc::SourceList=${sources}`,
    "-oDir::Etc::SourceParts=/dev/null",
    "-oDir::Etc::Preferences=/dev/null",
    "-oDir::Etc::PreferencesParts=/dev/null",
    "-oAcquire::Languages=none",
    "-oAcquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false",
    "-oAcquire::Retries=2",
    // As root, apt would download as a user that cannot enter our folder.
    "-oAPT::Sandbox::User=root",
  ];
}
