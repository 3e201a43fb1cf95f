// The packages of package-lock.json, installed by npm under Node 22.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { environmentWith } from "./node.mjs";
import { npmFlags, npmScript } from "./npm.mjs";
import { capture } from "./run.mjs";
import { explain, say } from "./say.mjs";

export async function ensureDependencies(root, node) {
  // npm ci empties node_modules first, so the stamp inside it also tells an interrupted installation from a whole one.
  const stampFile = join(root, "node_modules", ".weir-stamp");
  const stamp = stampOf(readFileSync(join(root, "package-lock.json")));
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  say("installing packages (about a minute the first time)");
  rmSync(stampFile, { force: true });
  const installed = await capture(
    node,
    [npmScript(), "ci", "--include=dev", "--include=optional", ...npmFlags],
    {
      cwd: root,
      env: environmentWith(node),
    },
  );
  if (!installed.ok) throw explain("npm ci", installed.output);
  await verifyNativeModules(root, node);
  writeFileSync(stampFile, stamp);
}

/** Native packages differ by platform, so a folder shared between machines is installed anew on each. */
function stampOf(lock) {
  return `${createHash("sha256").update(lock).digest("hex")} ${process.platform}-${process.arch}\n`;
}

/** npm leaves out an optional package it cannot fetch and says nothing; the server would find out much later. */
async function verifyNativeModules(root, node) {
  const loaded = await capture(node, ["--input-type=module", "--eval", 'await import("uWebSockets.js")'], {
    cwd: root,
  });
  if (!loaded.ok) throw explain("Loading the HTTP server's native module", loaded.output);
  const engine = `lib-${process.platform}-${process.arch}${process.platform === "linux" ? "-gnu" : ""}`;
  if (!existsSync(join(root, "node_modules", "@chdb", engine))) {
    say(
      `the embedded ClickHouse (@chdb/${engine}) is not available here; set CLICKHOUSE_URL to use a server`,
    );
  }
}
