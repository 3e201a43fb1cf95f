import type { Clock } from "../../ports/clock.ts";
import type { StreamWriter } from "../../ports/connection.ts";
import type { World } from "../world/world.ts";
import { lanesSubject } from "./account.ts";
import type { History } from "./history.ts";
import type { Release } from "./release.ts";
import { encodeText, poison, recordOf } from "./tally.ts";

const poisonShare = 0.04;
const timeoutMs = 700;
const pauseMsMax = 300;

/** Appends events under message ids until each is stored, as a gateway does. */
export async function runPublisher(parts: {
  readonly world: World;
  readonly writer: StreamWriter;
  readonly clock: Clock;
  readonly history: History;
  readonly name: string;
  readonly lanes: number;
  readonly messages: number;
  readonly thinkMsMax: number;
  readonly release: Release;
}): Promise<void> {
  const { world, writer, clock, history, name, lanes, messages, thinkMsMax, release } = parts;
  const chance = world.chance(name);
  for (let index = 0; index < messages; index++) {
    await clock.sleep(chance.between(1, thinkMsMax));
    const messageId = `${name}-${index}`;
    const lane = chance.whole(0, lanes - 1);
    const text = chance.happens(poisonShare) ? poison : recordOf(messageId, release.sent.records);
    for (;;) {
      const outcome = await writer.append(lanesSubject(lane), encodeText(text), { messageId, timeoutMs });
      if (outcome.kind === "stored") {
        history.published.set(messageId, { lane, text, sequence: outcome.sequence });
        break;
      }
      await clock.sleep(chance.between(1, pauseMsMax));
    }
  }
}
