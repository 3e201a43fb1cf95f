/** Why the warehouse did not do as asked. Codes, so that callers decide without reading prose. */
export type WarehouseFailure =
  /** Not reachable, stopping or overloaded: the same may succeed later. An insert's outcome is unknown. */
  | { readonly code: "warehouse_unavailable"; readonly reason: string; readonly retryAfterMs: number }
  /** No answer in time. An insert's outcome is unknown. */
  | { readonly code: "warehouse_timeout"; readonly afterMs: number }
  /** Its disk is full or read-only. Reads go on, and so does the rest once that has passed. */
  | {
      readonly code: "warehouse_cannot_write";
      readonly because: "disk_full" | "read_only";
      readonly reason: string;
    }
  /** What lies on its disk is not what was written. */
  | { readonly code: "warehouse_unreadable"; readonly number: number; readonly reason: string }
  /** ClickHouse said no, with its own number and name; nothing was done. */
  | {
      readonly code: "warehouse_refused";
      readonly number: number;
      readonly type: string;
      readonly reason: string;
    };

export const failureText = (failure: WarehouseFailure): string => {
  switch (failure.code) {
    case "warehouse_unavailable":
      return failure.reason;
    case "warehouse_timeout":
      return `no answer within ${failure.afterMs} ms`;
    case "warehouse_cannot_write":
      return failure.because === "disk_full"
        ? `its disk is full; once there is space it goes on by itself: ${failure.reason}`
        : `its disk is read-only; once it is writable it goes on by itself: ${failure.reason}`;
    case "warehouse_unreadable":
      return `a part cannot be read: ${failure.reason}`;
    case "warehouse_refused":
      return `${failure.type}: ${failure.reason}`;
  }
};

/** A full disk is mostly foreseen (NOT_ENOUGH_SPACE), and else reported by the system. */
const diskFull = /errno: 28\b|No space left on device|Disk quota exceeded/;
const notEnoughSpace = 243;
const readOnly = /errno: 30\b|Read-only file system/;

/** ClickHouse's numbers for bytes that are not what they should be. */
const unreadable = new Set([
  32, // ATTEMPT_TO_READ_AFTER_EOF
  33, // CANNOT_READ_ALL_DATA
  39, // TOO_LARGE_SIZE_COMPRESSED
  40, // CHECKSUM_DOESNT_MATCH
  226, // NO_FILE_IN_DATA_PART
  228, // EXPECTED_END_OF_FILE
  233, // BAD_SIZE_OF_FILE_IN_DATA_PART
  246, // CORRUPTED_DATA
  271, // CANNOT_DECOMPRESS
  432, // UNKNOWN_CODEC
]);

/** What it means that ClickHouse said no. */
export function refusalOf(number: number, type: string, reason: string): WarehouseFailure {
  if (number === notEnoughSpace || diskFull.test(reason))
    return { code: "warehouse_cannot_write", because: "disk_full", reason };
  if (readOnly.test(reason)) return { code: "warehouse_cannot_write", because: "read_only", reason };
  if (unreadable.has(number)) return { code: "warehouse_unreadable", number, reason };
  return { code: "warehouse_refused", number, type, reason };
}
