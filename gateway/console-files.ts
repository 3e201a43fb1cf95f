import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { contentSecurityPolicy } from "../protocols/content-security-policy.ts";
import { emptyAnswer, type Answer, type RequestHead } from "./http.ts";
import { isSameTag } from "./etag.ts";
import { hash } from "node:crypto";

// The console's built files, read once at start: a few hundred kilobytes, and no request can name another file.

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
  ".map": "application/json",
};

const pageHeaders = [
  ["content-security-policy", contentSecurityPolicy],
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-opener-policy", "same-origin"],
] as const;

interface ConsoleFile {
  readonly body: Uint8Array;
  readonly encoded: ReadonlyMap<string, Uint8Array>;
  readonly headers: Answer["headers"];
  readonly etag: string;
}

/** Named after a hash of their content (vite's `name-B1xYz23a.js`), so they never change. */
const hashedName = /-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;
const encodings = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

export class ConsoleFiles {
  readonly #files: ReadonlyMap<string, ConsoleFile>;

  constructor(folder: string) {
    this.#files = readFiles(folder);
  }

  /** Undefined when this is not the console's business. */
  answer(head: RequestHead): Answer | undefined {
    if (head.method !== "GET" && head.method !== "HEAD") return undefined;
    const file = this.#files.get(head.path === "/" ? "/index.html" : head.path);
    if (file !== undefined) return fileAnswer(file, head);
    if (!head.header("accept").includes("text/html")) return undefined;
    // Any other path is a page of the application, which routes by itself.
    const index = this.#files.get("/index.html");
    return index === undefined ? notBuilt : fileAnswer(index, head);
  }
}

function readFiles(folder: string): ReadonlyMap<string, ConsoleFile> {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  } catch {
    return new Map(); // not built
  }
  const present = new Set(names);
  const files = new Map<string, ConsoleFile>();
  for (const name of names) {
    if (name.endsWith(".br") || name.endsWith(".gz")) continue;
    const body = readFileSync(join(folder, name));
    const encoded = new Map<string, Uint8Array>();
    for (const [encoding, suffix] of encodings)
      if (present.has(name + suffix)) encoded.set(encoding, readFileSync(join(folder, name + suffix)));
    const path = `/${name.split(sep).join("/")}`;
    const isImmutable = path.startsWith("/assets/") && hashedName.test(path);
    const etag = `"${hash("sha256", body, "hex").slice(0, 32)}"`;
    const headers = [
      ["content-type", types[extname(name)] ?? "application/octet-stream"],
      ["cache-control", isImmutable ? "public, max-age=31536000, immutable" : "no-cache"],
      ["etag", etag],
      ["vary", "accept-encoding"],
      ...pageHeaders,
    ] as const;
    files.set(path, { body, encoded, headers, etag });
  }
  return files;
}

function fileAnswer({ body, encoded, headers, etag }: ConsoleFile, head: RequestHead): Answer {
  if (isSameTag(head.header("if-none-match"), etag)) return emptyAnswer(304, headers);
  const accepted = head
    .header("accept-encoding")
    .split(",")
    .map((part) => part.split(";", 1)[0]?.trim());
  for (const [encoding, bytes] of encoded)
    if (accepted.includes(encoding))
      return { status: 200, headers: [...headers, ["content-encoding", encoding]], body: bytes };
  return { status: 200, headers, body };
}

const notBuilt: Answer = {
  status: 200,
  headers: [["content-type", "text/html; charset=utf-8"], ["cache-control", "no-store"], ...pageHeaders],
  body:
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Weir</title></head><body><h1>Weir runs</h1>' +
    "<p>The console is not built yet. Build it with <code>npm run build</code> and restart. The API works: see " +
    '<a href="/openapi.json">/openapi.json</a> and <a href="/ready">/ready</a>.</p></body></html>',
};
