import assert from "node:assert/strict";
import { test } from "node:test";
import { debianArchive, parseDeb822, parseOneLine } from "./apt-sources.mjs";

const bookworm = 'ID=debian\nVERSION_CODENAME=bookworm\nVERSION_ID="12"\n';
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

test("a deb822 file gives one entry for each URI, and comments and disabled stanzas give none", () => {
  const entries = parseDeb822(
    `# first\nTypes: deb deb-src\n# inside\nURIs: http://a.test/debian http://b.test/debian\nSuites: bookworm bookworm-updates\nComponents: main contrib\nSigned-By: ${keyring}\n\nEnabled: no\nTypes: deb\nURIs: http://c.test/debian\nSuites: bookworm\nComponents: main\n`,
  );
  assert.deepEqual(
    entries.map(({ uri, suites, signedBy }) => ({ uri, suites, signedBy })),
    ["http://a.test/debian", "http://b.test/debian"].map((uri) => ({
      uri,
      suites: ["bookworm", "bookworm-updates"],
      signedBy: keyring,
    })),
  );
});

test("a key written inside a deb822 stanza is kept with its indented lines", () => {
  const [entry] = parseDeb822(
    "Types: deb\nURIs: http://a.test/debian\nSuites: sid\nComponents: main\nSigned-By:\n -----BEGIN\n .\n abc\n",
  );
  assert.equal(entry.signedBy, "\n -----BEGIN\n .\n abc");
});

test("a one-line entry gives its options, suite and components", () => {
  const [first, second] = parseOneLine(
    `# deb http://no.test/debian bookworm main\ndeb [arch=amd64 signed-by=${keyring}] http://a.test/debian bookworm main non-free # why\ndeb http://b.test/debian/ stable main`,
  );
  assert.deepEqual(first, {
    types: ["deb"],
    uri: "http://a.test/debian",
    suites: ["bookworm"],
    components: ["main", "non-free"],
    signedBy: keyring,
  });
  assert.equal(second.signedBy, undefined);
});

test("the archive is Debian's own main, not security, source packages or a third party's", () => {
  const entries = parseOneLine(
    [
      "deb http://third.test/tools bookworm main",
      "deb http://a.test/debian-security bookworm-security main",
      "deb-src http://a.test/debian bookworm main",
      "deb http://a.test/debian bookworm main",
    ].join("\n"),
  );
  assert.equal(debianArchive(entries, bookworm).uri, "http://a.test/debian");
  assert.deepEqual(debianArchive(entries, bookworm).types, ["deb"]);
});

test("another distribution has no Debian archive to ask", () => {
  assert.equal(
    debianArchive(parseOneLine("deb http://a.test/ubuntu noble main"), "ID=ubuntu\nVERSION_CODENAME=noble\n"),
    undefined,
  );
});
