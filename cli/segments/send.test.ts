import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import type { UnitId } from "../../protocols/ids.ts";
import { Api } from "../api.ts";
import { putUpload } from "./put.ts";
import { sendUnits, type Upload } from "./send.ts";

// What goes over the wire. The service is a stand-in that answers what the test says.

interface Asked {
  readonly method: string;
  readonly query: Readonly<Record<string, string>>;
  readonly match: string | undefined;
  readonly body: unknown;
}
interface Said {
  readonly status: number;
  readonly body: object;
}

let server: Server;
let api: Api;
let asked: Asked[] = [];
let answer: (asked: Asked) => Said;

before(async () => {
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const url = new URL(request.url ?? "", "http://127.0.0.1");
      const one: Asked = {
        method: request.method ?? "",
        query: Object.fromEntries(url.searchParams),
        match: request.headers["if-match"],
        body: text === "" ? undefined : JSON.parse(text),
      };
      asked.push(one);
      const { status, body } = answer(one);
      response.writeHead(status).end(JSON.stringify(body));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  api = new Api({ url: `http://127.0.0.1:${port}`, token: "t" });
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
});

const ids = Array.from({ length: 45_000 }, (_, index) => String(index).padStart(22, "u") as UnitId);
const upload = (members: Partial<Upload> = {}): Upload => ({
  environment: "shop",
  segment: "vip",
  list: "included",
  version: 3,
  ids,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...members,
});
const took = ({ query, body }: Asked): Said => ({
  status: 200,
  body: { upload: query["upload"], count: Number(query["from"]) + (body as unknown[]).length },
});
const refused = (status: number, code: string): Said => ({ status, body: { code } });

describe("an upload", () => {
  test("goes in pieces, in order, and says how far it is", async () => {
    answer = took;
    const progress: number[] = [];
    const name = await sendUnits(api, upload({ onProgress: (sent) => void progress.push(sent) }));
    assert.match(name, /^cli\.included\.3\.[0-9a-f]{16}$/);
    assert.deepEqual(progress, [20_000, 40_000, 45_000]);
    assert.deepEqual(
      asked.flatMap(({ body }) => body),
      ids,
    );
    assert.deepEqual(asked[1]?.query, {
      env: "shop",
      upload: name,
      list: "included",
      from: "20000",
      as: "unitIds",
    });
  });

  test("that was interrupted goes on under its name where it ended", async () => {
    const stop = new AbortController();
    answer = (one) => {
      if (one.query["from"] === "20000") stop.abort(new Error("interrupted"));
      return took(one);
    };
    await assert.rejects(sendUnits(api, upload({ signal: stop.signal })), /interrupted/);
    const { upload: before } = asked[0]?.query ?? {};
    asked = [];
    // What was there is answered with all that is there.
    answer = (one) =>
      one.query["from"] === "0" ? { status: 200, body: { upload: before, count: 40_000 } } : took(one);
    assert.equal(await sendUnits(api, upload()), before);
    assert.deepEqual(
      asked.map(({ query }) => query["from"]),
      ["0", "40000"],
    );
  });

  test("of a list that the segment had before takes another name", async () => {
    answer = (one) =>
      one.query["upload"]?.endsWith(".2") === true ? took(one) : refused(409, "already_exists");
    assert.match(await sendUnits(api, upload({ ids: ids.slice(0, 3) })), /\.2$/);
    const [first, second] = asked.map(({ query }) => query["upload"]);
    assert.equal(second, `${first ?? ""}.2`);
  });

  test("that the service took otherwise, or refuses, ends with the reason", async () => {
    answer = ({ query }) => ({ status: 200, body: { upload: query["upload"], count: 99_999 } });
    await assert.rejects(sendUnits(api, upload()), /holds 99999 units, which is not what was sent/);
    answer = () => refused(409, "too_many");
    await assert.rejects(sendUnits(api, upload()), /could not be sent: too_many/);
  });
});

describe("a put of an uploaded list", () => {
  const place = { environment: "shop", segment: "vip", signal: new AbortController().signal };
  const list = { list: "included", upload: "u1" } as const;
  const view = { entity: { key: "vip" }, version: 1, units: { included: 3, excluded: 0 } };

  test("makes the segment that is not there, and only then", async () => {
    answer = ({ method }) =>
      method === "GET" ? refused(404, "segment_not_found") : { status: 200, body: view };
    await putUpload(api, place, list);
    assert.deepEqual([asked[1]?.match, asked[1]?.body], ['"0"', { key: "vip", included: { upload: "u1" } }]);
  });

  test("keeps all else of a segment, on top of what others did meanwhile", async () => {
    const rules = [{ attribute: "plan", op: "eq", value: "pro" }];
    const excluded = ["A".repeat(22)];
    let version = 4;
    answer = ({ method, match }) => {
      if (method === "GET") {
        const entity = { key: "vip", name: `at ${version}`, included: [], excluded, rules };
        return { status: 200, body: { entity, version, units: { included: 5_000, excluded: 1 } } };
      }
      if (match === '"4"') version++;
      return match === '"4"' ? refused(412, "version_conflict") : { status: 200, body: view };
    };
    await putUpload(api, place, list);
    const put = { key: "vip", included: { upload: "u1" }, excluded, rules };
    assert.deepEqual(asked.at(-1)?.body, { ...put, name: "at 5" });
    asked = [];
    await putUpload(api, place, { list: "excluded", upload: "u2" });
    assert.deepEqual(asked.at(-1)?.body, {
      ...put,
      name: "at 5",
      included: "kept",
      excluded: { upload: "u2" },
    });
  });

  test("that always comes too late gives up", async () => {
    answer = ({ method }) =>
      method === "GET" ? { status: 200, body: view } : refused(412, "version_conflict");
    await assert.rejects(putUpload(api, place, list), /could not be put/);
    assert.equal(asked.filter(({ method }) => method === "PUT").length, 5);
  });
});
