import { clusterStatements } from "../../analytics/schema/cluster.ts";

// Prints the schema for a cluster: `node deploy/clickhouse/main.ts <cluster> | clickhouse-client --multiquery`.

const [cluster] = process.argv.slice(2);
if (cluster === undefined) {
  process.stderr.write("usage: node deploy/clickhouse/main.ts <cluster>\n");
  process.exit(2);
}
process.stdout.write(
  clusterStatements(cluster)
    .map((statement) => `${statement};\n`)
    .join("\n"),
);
