import { z } from "zod";
import { boundaries } from "../../sequential/boundaries.ts";
import type { Boundaries, GroupSequentialDesign } from "../../sequential/design.ts";
import type { Spending } from "../../sequential/spending.ts";

export const Sides = z.union([z.literal(1), z.literal(2)]);
export const Times = z.array(z.number()).nullish();

/** rpact's names of designs beside our own. */
export const longNames: Readonly<Record<string, string>> = {
  P: "pocock",
  OF: "obrien_fleming",
  WT: "wang_tsiatis",
  HP: "haybittle_peto",
  asP: "lan_demets_pocock",
  asOF: "lan_demets_obrien_fleming",
  asKD: "kim_demets_power",
  asHSD: "hwang_shih_decani",
  bsP: "lan_demets_pocock",
  bsOF: "lan_demets_obrien_fleming",
  bsKD: "kim_demets_power",
  bsHSD: "hwang_shih_decani",
};

export function spendingOf(name: string, parameter: number | null | undefined): Spending {
  const long = (longNames[name] ?? name).replace(/^beta_spending_/, "");
  switch (long) {
    case "lan_demets_obrien_fleming":
    case "obrien_fleming":
      return { kind: "obrien_fleming" };
    case "lan_demets_pocock":
    case "pocock":
      return { kind: "pocock" };
    case "kim_demets_power":
    case "kim_demets":
    case "power":
      return { kind: "power", exponent: parameter ?? 1 };
    case "hwang_shih_decani":
      return { kind: "hwang_shih_decani", gamma: parameter ?? 0 };
    default:
      throw new Error(`no spending function ${name}`);
  }
}

/** The boundaries, or an error that names the reason there are none. */
export function made(design: GroupSequentialDesign): Boundaries {
  const result = boundaries(design);
  if (result.kind !== "boundaries") throw new Error(JSON.stringify(result));
  return result;
}
