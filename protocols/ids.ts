import { z } from "zod";

/** The shape of every key in Weir: lower case, 1–100 characters, safe in a URL path. */
export const keyPattern = /^[a-z0-9][a-z0-9_.-]{0,99}$/;
const key = z.string().regex(keyPattern, "must match ^[a-z0-9][a-z0-9_.-]{0,99}$");

export const Key = key;
export type Key = z.infer<typeof Key>;

export const EnvironmentKey = key.brand<"EnvironmentKey">();
export type EnvironmentKey = z.infer<typeof EnvironmentKey>;
export const FlagKey = key.brand<"FlagKey">();
export type FlagKey = z.infer<typeof FlagKey>;
export const ExperimentKey = key.brand<"ExperimentKey">();
export type ExperimentKey = z.infer<typeof ExperimentKey>;
export const SegmentKey = key.brand<"SegmentKey">();
export type SegmentKey = z.infer<typeof SegmentKey>;
export const LayerKey = key.brand<"LayerKey">();
export type LayerKey = z.infer<typeof LayerKey>;
export const HoldoutKey = key.brand<"HoldoutKey">();
export type HoldoutKey = z.infer<typeof HoldoutKey>;
export const MetricKey = key.brand<"MetricKey">();
export type MetricKey = z.infer<typeof MetricKey>;

/** A unit's pseudonym: 22 base64url characters, 128 bits of a salted SHA-256 (evaluation/unit.ts). */
export const UnitId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22}$/, "must be 22 base64url characters")
  .brand<"UnitId">();
export type UnitId = z.infer<typeof UnitId>;

/** Kinds of unit. Part of the hash, so a user and a device with the same raw key differ. */
export const UnitType = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/);
export type UnitType = z.infer<typeof UnitType>;
export const defaultUnitType: UnitType = "user";

/** Client-made event id: the unit of idempotency. Any printable text without blanks. */
export const EventId = z.string().min(1).max(128).regex(/^\S+$/, "must not contain white space");
export type EventId = z.infer<typeof EventId>;
