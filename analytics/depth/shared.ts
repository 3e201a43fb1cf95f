import { succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { Warehouse } from "../clickhouse.ts";
import { tables } from "../schema/tables.ts";
import { readFacts } from "../summary/facts.ts";
import { countedUnit, linkJoin, rowCondition, unitsSaid } from "../summary/scope.ts";
import type { Scope } from "../summary/scope.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";

/** Another experiment, in one phase, with exposures in the same stretch of time. */
export interface Neighbour {
  readonly experiment: string;
  readonly phase: number;
  /** Units in both, about: it only says who goes first. */
  readonly shared: number;
  /** As it was last; undefined where no definition of that phase is stored. */
  readonly definition: ExperimentDefinition["experiment"] | undefined;
}

/** Whoever shares fewer units is not heard of. */
const neighboursMax = 200;
/** As for rows. */
const timeoutMs = 60_000;

/** All experiments whose exposures overlap in time with this one's, those with the most shared units first. */
export async function neighboursOf(
  warehouse: Warehouse,
  environment: string,
  { experiment }: ExperimentDefinition,
): Promise<Reply<readonly Neighbour[], WarehouseFailure>> {
  const facts = await readFacts(warehouse, environment);
  if (!facts.ok) return facts;
  const scope: Scope = { environment, facts: facts.value };
  const parameters = { env: environment, experiment: experiment.key, phase: experiment.phase };
  const found = await warehouse.query<NeighbourRow>(sharedSql(scope), parameters, { timeoutMs });
  if (!found.ok) return found;
  const keys = [...new Set(found.value.map((row) => row.experiment))];
  if (keys.length === 0) return succeed([]);
  const stored = await warehouse.query<DefinitionRow>(
    definitionsSql,
    { env: environment, experiments: keys },
    { timeoutMs },
  );
  if (!stored.ok) return stored;
  const definitions = new Map(
    stored.value.map((row) => [`${row.experiment}:${row.phase}`, row.text] as const),
  );
  return succeed(
    found.value.map(({ experiment: key, phase, shared }) => ({
      experiment: key,
      phase,
      shared: Number(shared),
      definition: parsed(definitions.get(`${key}:${phase}`)),
    })),
  );
}

interface NeighbourRow {
  readonly experiment: string;
  readonly phase: number;
  readonly shared: string;
}
interface DefinitionRow {
  readonly experiment: string;
  readonly phase: number;
  readonly text: string;
}

function sharedSql(scope: Scope): string {
  const own = "t.experiment = {experiment:String} AND t.phase = {phase:UInt32}";
  const edge = (end: "min" | "max"): string =>
    `(SELECT ${end}(t.ts) FROM ${tables.exposures.name} AS t WHERE t.env = {env:String} AND ${own})`;
  const unit = countedUnit(scope, "s");
  return `
SELECT s.experiment AS experiment, s.phase AS phase,
  uniqCombined64If(${unit}, ${unit} IN ${unitsSaid(scope, tables.exposures.name, own)}) AS shared
FROM ${tables.exposures.name} AS s
${linkJoin(scope, "s")}
WHERE ${rowCondition(scope, "s")} AND s.experiment != {experiment:String}
GROUP BY experiment, phase
HAVING min(s.ts) <= ${edge("max")} AND max(s.ts) >= ${edge("min")}
ORDER BY shared DESC, experiment, phase
LIMIT ${neighboursMax}`;
}

const definitionsSql = `
SELECT experiment, phase, argMax(definition, version) AS text FROM ${tables.definitions.name}
WHERE env = {env:String} AND experiment IN {experiments:Array(String)}
GROUP BY experiment, phase`;

/** One that this version does not understand is one that is not known. */
function parsed(text: string | undefined): Neighbour["definition"] {
  if (text === undefined) return undefined;
  const definition = ExperimentDefinition.safeParse(JSON.parse(text));
  return definition.success ? definition.data.experiment : undefined;
}
