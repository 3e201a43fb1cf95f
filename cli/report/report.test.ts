import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { reportCommand } from "./command.ts";

const asked: URL[] = [];
const server = createServer((request, response) => {
  const url = new URL(request.url ?? "", "http://127.0.0.1");
  asked.push(url);
  if (url.pathname.endsWith("/none"))
    response
      .writeHead(404, { "content-type": "application/problem+json" })
      .end('{"code":"experiment_not_found","detail":"There is no experiment."}');
  else response.writeHead(200).end(`the ${url.searchParams.get("format") ?? "?"} of ${url.pathname}\n`);
});
const folder = mkdtempSync(join(tmpdir(), "weir-report-"));
let target = { url: "", token: "t" };
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  target = { url: `http://127.0.0.1:${port}`, token: "t" };
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const run = async (options: Parameters<typeof reportCommand>[2], experiment = "exp"): Promise<string[]> => {
  const said: string[] = [];
  await reportCommand(target, experiment, options, (line) => said.push(line));
  return said;
};

test("prints Markdown unless another form is asked for", async () => {
  assert.deepEqual(await run({ env: "shop" }), ["the md of /v1/reports/exp"]);
  assert.equal(asked.at(-1)?.searchParams.get("env"), "shop");
  assert.deepEqual(await run({ format: "json", source: "warehouse" }), ["the json of /v1/reports/exp"]);
  assert.equal(asked.at(-1)?.searchParams.get("source"), "warehouse");
});

test("a file's name says the form, and an option says it louder", async () => {
  const [page, other] = [join(folder, "exp.HTML"), join(folder, "exp.txt")];
  assert.deepEqual(await run({ output: page }), []);
  assert.equal(readFileSync(page, "utf8"), "the html of /v1/reports/exp\n");
  await run({ output: other, format: "html" });
  assert.equal(readFileSync(other, "utf8"), "the html of /v1/reports/exp\n");
});

test("an experiment that is not there, and a file that cannot be written, are failures in words", async () => {
  await assert.rejects(run({}, "none"), { code: "experiment_not_found", message: /There is no experiment/ });
  await assert.rejects(run({ output: join(folder, "no", "such", "exp.md") }), { code: "not_written" });
});
