import type { UnitId, UnitType } from "../protocols/ids.ts";
import { sha256 } from "./sha256.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const unitIdLength = 22;

/**
 * The pseudonym of a raw key: base64url(SHA-256(unitSalt + ":" + unitType + ":" + rawKey)) cut to 22 characters.
 * Irreversible without the salt, and different per environment, so raw keys need not leave the process that has them.
 */
export function unitIdOf(unitSalt: string, unitType: UnitType, rawKey: string): UnitId {
  const digest = sha256(`${unitSalt}:${unitType}:${rawKey}`);
  let text = "";
  for (let index = 0; index < unitIdLength; index++) text += alphabet.charAt(sixBits(digest, index * 6));
  return text as UnitId;
}

function sixBits(bytes: Uint8Array, position: number): number {
  const index = position >> 3;
  const pair = ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0);
  return (pair >> (10 - (position & 7))) & 63;
}
