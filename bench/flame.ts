// A flame graph as text: `node bench/flame.ts FILE.cpuprofile [least]`. Each line is a function below its caller, with
// its share of all samples; branches below `least` per cent are left out.
import { readFileSync } from "node:fs";
import { basename } from "node:path";

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
    readonly hitCount?: number;
  }[];
}

const [file = "", least = "1"] = process.argv.slice(2);
const { nodes } = JSON.parse(readFileSync(file, "utf8")) as Profile;
const byId = new Map(nodes.map((node) => [node.id, node]));
const totals = new Map<number, number>();

function totalOf(id: number): number {
  const known = totals.get(id);
  if (known !== undefined) return known;
  const node = byId.get(id);
  const own = node?.hitCount ?? 0;
  const total = (node?.children ?? []).reduce((sum, child) => sum + totalOf(child), own);
  totals.set(id, total);
  return total;
}

const root = nodes[0]?.id ?? 0;
const all = totalOf(root);

function print(id: number, depth: number): void {
  const node = byId.get(id);
  const share = (totalOf(id) * 100) / all;
  if (node === undefined || share < Number(least)) return;
  const { functionName, url, lineNumber } = node.callFrame;
  const own = ((node.hitCount ?? 0) * 100) / all;
  const place = url === "" ? "" : ` ${basename(url)}:${lineNumber + 1}`;
  const bar = "█".repeat(Math.round(share / 2.5));
  process.stdout.write(
    `${share.toFixed(1).padStart(5)} % ${own.toFixed(1).padStart(5)} own  ${"  ".repeat(depth)}${functionName || "(anonymous)"}${place}  ${bar}\n`,
  );
  const children = [...(node.children ?? [])].sort((a, b) => totalOf(b) - totalOf(a));
  for (const child of children) print(child, depth + 1);
}

print(root, 0);
