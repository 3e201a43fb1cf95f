import { SegmentKey, UnitType } from "../../protocols/ids.ts";
import type { UnitListName } from "../../protocols/segment-units.ts";
import { Api } from "../api.ts";
import { systemClock } from "../clock.ts";
import { environmentName } from "../environment-name.ts";
import { usageFailure } from "../failure.ts";
import { publish, unitIdsOf } from "../import/environment.ts";
import { interruptible } from "../interruptible.ts";
import { terminalProgress } from "../replay/progress.ts";
import type { Target, TargetOptions } from "../target.ts";
import { counted } from "../text-table.ts";
import { putUpload, readSegment } from "./put.ts";
import { readUnits } from "./read-units.ts";
import { sendUnits } from "./send.ts";

export interface UploadArguments extends TargetOptions {
  readonly segment: string;
  readonly env?: string;
  readonly list: UnitListName;
  readonly column?: string;
  readonly unitType: string;
  readonly unitIds?: boolean;
  readonly publish?: boolean;
  readonly json?: boolean;
}

/** `weir segments upload`: reads, makes pseudonyms, sends what is not there yet, and names it in the segment. */
export async function uploadCommand(target: Target, file: string, options: UploadArguments): Promise<string> {
  const { segment, list, column } = options;
  if (!SegmentKey.safeParse(segment).success) throw usageFailure(`--segment ${segment} is no key`);
  const unitType = UnitType.safeParse(options.unitType);
  if (!unitType.success) throw usageFailure(`--unit-type ${options.unitType} is no kind of unit`);
  let text = "";
  await interruptible(async (signal) => {
    const api = new Api(target);
    const environment = await environmentName(api, options.env);
    const place = { environment, segment, signal };
    const unitIdOf =
      options.unitIds === true
        ? undefined
        : await unitIdsOf(api, environment, systemClock, signal, unitType.data);
    const { ids, repeated } = await readUnits(file, { column, unitIdOf });
    const progress = terminalProgress(process.stderr, systemClock, "units");
    progress.start(ids.length);
    const version = (await readSegment(api, place))?.version ?? 0;
    const onProgress = (sent: number): void => progress.at(sent);
    const upload = await sendUnits(api, { ...place, list, version, ids, onProgress });
    progress.end();
    const view = await putUpload(api, place, { list, upload });
    const note = `${counted(ids.length, "unit")} for segment ${segment}`;
    const published = options.publish === true ? await publish(api, environment, note, signal) : undefined;
    const done = { environment, segment, list, units: view.units[list], repeated, version: view.version };
    text =
      options.json === true
        ? JSON.stringify({ ...done, ...(published === undefined ? {} : { published }) })
        : sentences(done, published);
  });
  return text;
}

interface Done {
  readonly environment: string;
  readonly segment: string;
  readonly list: UnitListName;
  readonly units: number;
  readonly repeated: number;
  readonly version: number;
}

function sentences(
  { environment, segment, list, units, repeated, version }: Done,
  published: number | undefined,
): string {
  const again = repeated === 0 ? "" : `, ${repeated} of them named more than once and counted once`;
  return [
    `${environment}: ${list} of segment ${segment} holds ${counted(units, "unit")} now${again}`,
    published === undefined
      ? `Version ${version} of the segment is a draft: publish the environment to make it count (--publish).`
      : `published in version ${published}`,
  ].join("\n");
}
