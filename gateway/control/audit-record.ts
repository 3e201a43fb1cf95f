import type { AuditRecord } from "../../protocols/audit.ts";
import type { EnvironmentKey, ExperimentKey } from "../../protocols/ids.ts";
import { buckets, escapeToken } from "../../protocols/topology.ts";
import type { Room } from "../call.ts";

/** What the self-audit found last of an experiment; undefined before its first look, or when it cannot be read now. */
export async function auditRecord(
  room: Room,
  environment: EnvironmentKey,
  experiment: ExperimentKey,
): Promise<AuditRecord | undefined> {
  try {
    const bucket = await room.link()?.connection.bucket(buckets.audit);
    const entry = await bucket?.get(`${escapeToken(environment)}.${escapeToken(experiment)}`);
    // Analytics wrote it, so its shape is trusted.
    return entry === undefined
      ? undefined
      : (JSON.parse(new TextDecoder().decode(entry.value)) as AuditRecord);
  } catch (error) {
    room.log.warn("audit_not_read", { environment, experiment, error });
    return undefined; // a result without it is still a result
  }
}
