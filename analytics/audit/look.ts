import type { AuditRecord } from "../../protocols/audit.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { firstDifferingUnit } from "./bisect.ts";
import { compareExperiment } from "./compare.ts";
import type { Compared, ComparePorts } from "./compare.ts";

export interface AuditPlace {
  readonly environment: EnvironmentKey;
  readonly partitions: number;
  readonly experiment: string;
}

/** Two units that become one are with neither side for a moment: a difference must last to be one. */
const looksBeforeDiffering = 3;
const betweenLooksMs = 3_000;
/** Enough to see what kind of difference it is. */
const differencesMax = 10;

/** One look at one experiment: whether both sides agree, and if not, at which unit that begins. */
export async function auditExperiment(ports: ComparePorts, place: AuditPlace): Promise<AuditRecord> {
  let compared: Compared = await compareExperiment(ports, place);
  for (let look = 1; look < looksBeforeDiffering && differs(compared); look++) {
    await ports.clock.sleep(betweenLooksMs);
    compared = await compareExperiment(ports, place);
  }
  const { environment, experiment } = place;
  const base = { environment, experiment, at: ports.clock.now() };
  if (compared.kind === "pending")
    return { ...base, phase: 0, state: "pending", units: 0, reason: compared.reason };
  const { differences, units, definition } = compared;
  const told = { ...base, phase: definition.experiment.phase, units };
  if (differences.length === 0) return { ...told, state: "agrees" };
  const unit = await firstDifferingUnit(async (range) => {
    const part = await compareExperiment(ports, place, range);
    return part.kind === "pending" ? undefined : differs(part);
  });
  return {
    ...told,
    state: "differs",
    differences: differences.slice(0, differencesMax),
    ...(unit === undefined ? {} : { unit }),
  };
}

const differs = (compared: Compared): boolean =>
  compared.kind === "compared" && compared.differences.length > 0;
