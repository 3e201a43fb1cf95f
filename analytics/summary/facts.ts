import { succeed } from "../../protocols/errors.ts";
import type { Answered, Warehouse } from "../clickhouse.ts";
import { factsSql } from "./scope.ts";
import type { Facts } from "./scope.ts";

/** What there is in an environment besides exposures and events: what is not there costs a statement nothing. */
export async function readFacts(warehouse: Warehouse, environment: string): Answered<Facts> {
  const facts = await warehouse.query<Record<keyof Facts, number>>(factsSql, { env: environment });
  if (!facts.ok) return facts;
  const { identities, optOuts, bots, deletions } = facts.value[0] ?? {};
  return succeed({
    identities: identities === 1,
    optOuts: optOuts === 1,
    bots: bots === 1,
    deletions: deletions === 1,
  });
}
