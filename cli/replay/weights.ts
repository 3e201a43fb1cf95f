import { bucketCount } from "../../protocols/flag.ts";
import { usageFailure } from "../failure.ts";

/** `a=5000,b=5000`: share of each variant, by its name in the file. */
export function parseWeights(text: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const part of text.split(",")) {
    const cut = part.lastIndexOf("=");
    const name = part.slice(0, cut).trim();
    const weight = Number(part.slice(cut + 1));
    if (cut < 1 || name === "" || !Number.isInteger(weight) || weight < 0)
      throw usageFailure(
        `--weights ${text} is not NAME=SHARE,NAME=SHARE with whole shares, as in a=5000,b=5000`,
      );
    if (weights.has(name)) throw usageFailure(`--weights names '${name}' twice`);
    weights.set(name, weight);
  }
  const sum = [...weights.values()].reduce((total, weight) => total + weight, 0);
  if (sum !== bucketCount) throw usageFailure(`--weights must add up to ${bucketCount}, not ${sum}`);
  return weights;
}

/** 10 000 split as evenly as whole numbers allow; what is left over goes to the first. */
export function equalWeights(names: readonly string[]): Map<string, number> {
  const share = Math.floor(bucketCount / names.length);
  const rest = bucketCount - share * names.length;
  return new Map(names.map((name, index) => [name, index === 0 ? share + rest : share]));
}
