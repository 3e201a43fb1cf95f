// Reads where this system fetches its Debian packages from, in both of apt's notations, so that the same mirror
// and keyring can be asked for one newer package.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** deb822 stanzas: `Field: value`, continued by indented lines; an empty line ends one. */
export function parseDeb822(text) {
  const entries = [];
  const withoutComments = text.split("\n").filter((line) => !line.startsWith("#"));
  for (const stanza of withoutComments.join("\n").split(/\n\s*\n/)) {
    const fields = new Map();
    let last;
    for (const line of stanza.split("\n")) {
      const match = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
      if (match !== null) fields.set((last = match[1].toLowerCase()), match[2].trim());
      else if (last !== undefined && line.trim() !== "") fields.set(last, `${fields.get(last)}\n${line}`);
    }
    if (fields.get("enabled")?.toLowerCase() === "no") continue;
    const words = (field) => (fields.get(field) ?? "").split(/\s+/).filter(Boolean);
    for (const uri of words("uris")) {
      entries.push({
        types: words("types"),
        uri,
        suites: words("suites"),
        components: words("components"),
        signedBy: fields.get("signed-by"),
      });
    }
  }
  return entries;
}

/** One-line style: `deb [option=value …] uri suite component…`. */
export function parseOneLine(text) {
  const entries = [];
  for (const line of text.split("\n")) {
    const match = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line.trim());
    if (match === null) continue;
    const [, type, options = "", uri, suite, components] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1]?.replaceAll(",", " ");
    entries.push({
      types: [type],
      uri,
      suites: [suite],
      components: components.split(/\s+/).filter(Boolean),
      signedBy,
    });
  }
  return entries;
}

/** The entry of Debian's main archive for the installed release, or undefined on another distribution. */
export function debianArchive(entries, osRelease) {
  const field = (name) => new RegExp(`^${name}="?([^"\\n]*)`, "m").exec(osRelease)?.[1];
  if (field("ID") !== "debian") return undefined;
  const suites = [field("VERSION_CODENAME"), "stable", "testing", "unstable", "sid"].filter(Boolean);
  const fitting = entries.filter(
    (entry) =>
      entry.types.includes("deb") &&
      entry.components.includes("main") &&
      entry.suites.some((suite) => suites.includes(suite)),
  );
  // Third parties name their suites after Debian's too; the archive itself lives under …/debian on every mirror.
  return fitting.find((entry) => /\/debian\/?$/.test(entry.uri)) ?? fitting[0];
}

export function systemEntries(directory = "/etc/apt") {
  const parts = join(directory, "sources.list.d");
  const names = safely(() => readdirSync(parts), []).sort();
  const files = [join(directory, "sources.list"), ...names.map((name) => join(parts, name))];
  return files.flatMap((file) => {
    const text = safely(() => readFileSync(file, "utf8"), "");
    if (file.endsWith(".sources")) return parseDeb822(text);
    return file.endsWith(".list") ? parseOneLine(text) : [];
  });
}

function safely(read, otherwise) {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
