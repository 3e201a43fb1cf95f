import { createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createKeys } from "../../evaluation/keys.ts";
import { CliFailure } from "../failure.ts";
import { dataPaths } from "../paths.ts";

export interface RootToken {
  /** SHA-256 of the text, hex: all that the parts are told. */
  readonly hash: string;
  readonly prefix: string;
  readonly file: string;
  /** Made just now. */
  readonly isNew: boolean;
}

/** As many characters as a token is recognised by. */
const prefixLength = 12;

/** The keys and the root token of an installation: made at its first start, kept for ever. */
export function ensureSecrets(dataDir: string): RootToken {
  const paths = dataPaths(dataDir);
  if (!existsSync(paths.keys)) writeSecret(paths.keys, `${JSON.stringify(createKeys(), undefined, 2)}\n`);
  const isNew = !existsSync(paths.rootToken);
  if (isNew) writeSecret(paths.rootToken, `weir_r${randomBytes(24).toString("base64url")}\n`); // 24 bytes: 32 characters
  const text = readFileSync(paths.rootToken, "utf8").trim();
  if (!/^weir_r[\w-]{32}$/.test(text))
    throw new CliFailure(
      "bad_root_token",
      `${paths.rootToken} does not hold a root token: delete it to get a new one`,
    );
  return {
    hash: createHash("sha256").update(text).digest("hex"),
    prefix: text.slice(0, prefixLength),
    file: paths.rootToken,
    isNew,
  };
}

/** Readable by its owner only from its first byte on, and there completely or not at all. */
function writeSecret(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  chmodSync(draft, 0o600); // the mode above is cut by the umask, and does not change a file that exists
  renameSync(draft, path);
}
