import type { RebuildReport } from "../../protocols/rebuild.ts";
import { counted } from "../text-table.ts";

const differencesShown = 20;

export function reportText(
  { experiment, partitions, differences, different }: RebuildReport,
  dryRun: boolean,
): string {
  const messages = partitions.reduce((sum, each) => sum + each.messages, 0);
  const rows = partitions.reduce((sum, each) => sum + (each.rows ?? 0), 0);
  const read =
    rows === 0
      ? counted(messages, "message")
      : `${counted(rows, "row")} of ClickHouse and ${counted(messages, "message")}`;
  const head = `${experiment}: ${read} of ${counted(partitions.length, "partition")} counted anew`;
  if (different === 0)
    return `${head}; the sums are the same${dryRun ? "" : ", and the new ones count from now on"}`;
  const more = different - differencesShown;
  return [
    `${head}; ${counted(different, "number")} of the sums DIFFERENT${dryRun ? ", nothing was replaced" : "; the new ones count from now on"}`,
    ...differences
      .slice(0, differencesShown)
      .map(
        ({ partition, path, before, after }) =>
          `  partition ${partition}  ${path}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`,
      ),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join("\n");
}
