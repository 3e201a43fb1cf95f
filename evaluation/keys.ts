import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  generateKeySync,
  type KeyObject,
} from "node:crypto";
import { z } from "zod";
import { issuesOf } from "../protocols/errors.ts";

// The secrets of an installation, as one JSON file. Made once, at the first start; the public key may be given away.

/** As long as the digest of HMAC-SHA-256: longer adds nothing, shorter is weaker. */
const secretBytes = 32;

const Secret = z
  .base64url()
  .refine(
    (text) => Buffer.from(text, "base64url").length === secretBytes,
    `must be ${secretBytes} bytes, base64url`,
  );
const Pem = z.string().startsWith("-----BEGIN ");

export const KeysFile = z.strictObject({
  /** Signs plans for processes that share it. */
  hmacSecret: Secret,
  /** PKCS #8 and SPKI; sign plans for everybody. */
  ed25519PrivateKey: Pem,
  ed25519PublicKey: Pem,
  /** Seals exposure tokens. */
  exposureSecret: Secret,
});
export type KeysFile = z.infer<typeof KeysFile>;

export interface Keys {
  readonly hmacSecret: Buffer;
  readonly ed25519PrivateKey: KeyObject;
  readonly ed25519PublicKey: KeyObject;
  readonly exposureSecret: Buffer;
}

/** New keys from the system's generator: the one chance that is not handed in, since guessable keys are none. */
export function createKeys(): KeysFile {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    hmacSecret: createSecret(),
    ed25519PrivateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    ed25519PublicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    exposureSecret: createSecret(),
  };
}

const createSecret = (): string =>
  generateKeySync("hmac", { length: secretBytes * 8 })
    .export()
    .toString("base64url");

/** The keys file cannot be used. Names every problem and no secret. */
export class KeysError extends Error {
  override readonly name = "KeysError";
}

/** Reads the file's text; throws a KeysError, because a process without keys must not start. */
export function parseKeys(text: string): Keys {
  const file = KeysFile.safeParse(jsonOf(text));
  if (!file.success)
    throw new KeysError(
      `keys file: ${issuesOf(file.error)
        .map(({ path, message }) => `${path} ${message}`)
        .join("; ")}`,
    );
  const { hmacSecret, exposureSecret } = file.data;
  const ed25519PrivateKey = keyOf("ed25519PrivateKey", () => createPrivateKey(file.data.ed25519PrivateKey));
  const ed25519PublicKey = keyOf("ed25519PublicKey", () => createPublicKey(file.data.ed25519PublicKey));
  if (!createPublicKey(ed25519PrivateKey).equals(ed25519PublicKey))
    throw new KeysError("keys file: ed25519PublicKey does not belong to ed25519PrivateKey");
  return {
    hmacSecret: Buffer.from(hmacSecret, "base64url"),
    ed25519PrivateKey,
    ed25519PublicKey,
    exposureSecret: Buffer.from(exposureSecret, "base64url"),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KeysError("keys file: not JSON"); // the parser's own message would quote a secret
  }
}

function keyOf(name: string, read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    throw new KeysError(`keys file: ${name} is not a key in PEM form`);
  }
  if (key.asymmetricKeyType !== "ed25519") throw new KeysError(`keys file: ${name} is not an Ed25519 key`);
  return key;
}
