import { findBug } from "./plant.ts";
import { plantedBugs } from "./planted-bugs.ts";

const seedsMax = 3_000;

/** Every planted bug, where it is, how many seeds it took, and what noticed it. Resolves to the exit code. */
export async function showPlantedBugs(print: (line: string) => void): Promise<number> {
  const nameWidth = Math.max(...plantedBugs.map(({ name }) => name.length));
  const row = (...[name, seeds, caughtBy, files]: [string, string, string, string]): string =>
    `${name.padEnd(nameWidth)}  ${seeds.padStart(5)}  ${caughtBy.padEnd(18)}  ${files}`;
  print(row("planted bug", "seeds", "caught by", "file"));
  let missed = 0;
  for (const bug of plantedBugs) {
    const { name, seeds, caughtBy, files } = await findBug(bug, seedsMax);
    if (seeds === undefined) missed++;
    print(row(name, seeds === undefined ? `>${seedsMax}` : String(seeds), caughtBy, files.join(", ")));
  }
  print(`${plantedBugs.length} planted bugs, ${missed} missed`);
  return missed === 0 ? 0 : 1;
}
