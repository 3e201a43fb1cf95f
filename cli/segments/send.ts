import { createHash } from "node:crypto";
import type { UnitId } from "../../protocols/ids.ts";
import { routes } from "../../protocols/routes.ts";
import { unitsPerMessageMax, type UnitListName, type UploadReceipt } from "../../protocols/segment-units.ts";
import type { Api } from "../api.ts";
import { CliFailure } from "../failure.ts";
import { fill } from "../replay/scratch.ts";

// A list on its way, piece by piece.
//   U1. An upload's name follows from what it holds and from the segment's version: whoever starts it again goes on with
//       it, instead of taking another of the few places.
//   U2. The next piece begins where the receipt says that the list ends.

/** Names that a list of these units had before, and that the segment's history still holds. */
const namesMax = 20;

export interface Upload {
  readonly environment: string;
  readonly segment: string;
  readonly list: UnitListName;
  /** Of the segment; 0: it is not there. */
  readonly version: number;
  readonly ids: readonly UnitId[];
  readonly signal: AbortSignal;
  readonly onProgress: (sent: number) => void;
}

/** Sends what is not there yet; answers the upload's name. */
export async function sendUnits(api: Api, upload: Upload): Promise<string> {
  const name = nameOf(upload);
  for (let number = 1; number <= namesMax; number++) {
    const tried = number === 1 ? name : `${name}.${number}`;
    if (await sendAs(api, tried, upload)) return tried;
  }
  throw new CliFailure("already_exists", `the list was put ${namesMax} times already, and taken away again`);
}

function nameOf({ ids, list, version }: Upload): string {
  const hash = createHash("sha256");
  for (const id of ids) hash.update(id);
  return `cli.${list}.${version}.${hash.digest("hex").slice(0, 16)}`; // U1
}

/** False when a list of that name is kept already: then it was named by a segment before. */
async function sendAs(api: Api, name: string, upload: Upload): Promise<boolean> {
  const { environment, segment, list, ids, signal, onProgress } = upload;
  const { method, path } = routes.appendUnits;
  for (let from = 0; from < ids.length;) {
    const query = { env: environment, upload: name, list, from: String(from), as: "unitIds" };
    const body = ids.slice(from, from + unitsPerMessageMax);
    const at = fill(path, { key: segment });
    const answer = await api.ask<UploadReceipt>(method, at, { body, query, signal });
    if (!answer.ok) {
      if (answer.code === "already_exists" && from === 0) return false;
      throw new CliFailure(answer.code, `the units could not be sent: ${answer.message}`);
    }
    const { count } = answer.value;
    if (count <= from || count > ids.length)
      throw new CliFailure("upload_gap", `upload ${name} holds ${count} units, which is not what was sent`);
    onProgress((from = count)); // U2
  }
  return true;
}
