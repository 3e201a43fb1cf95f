import type { Call, Room } from "../call.ts";
import { queryValue, type Action } from "../http.ts";
import { openStreamToken } from "../ofrep/stream-token.ts";
import { sseHeaders } from "./sse.ts";

/** `GET /ofrep/v1/stream?token=…`: notices that flags have changed. The address is a secret, so nothing logs it. */
export function streamOfrep(room: Room, call: Call): Action {
  const refuse = (failure: Parameters<Call["problem"]>[0]): Action => ({
    kind: "answer",
    answer: call.problem(failure),
  });
  const text = queryValue(call.head.query, "token");
  if (text === undefined || text === "") return refuse({ code: "unauthenticated", reason: "missing" });
  const now = room.clock.now();
  const claims = openStreamToken(text, room.secrets.stream, now);
  if (claims === undefined) return refuse({ code: "unauthenticated", reason: "expired" });
  const { environment, prefix } = claims;
  const behind = room.directory.document?.tokens.find((token) => token.prefix === prefix);
  if (behind === undefined || (behind.expiresAt !== undefined && behind.expiresAt <= now))
    return refuse({ code: "unauthenticated", reason: "unknown" });
  if (room.directory.environment(environment) === undefined)
    return refuse({ code: "environment_not_found", environment });
  if (room.sse.isFull) return refuse({ code: "overloaded", retryAfterMs: 5_000 });
  const header = call.head.header("last-event-id");
  const has = header === "" ? undefined : Number(header);
  return {
    kind: "stream",
    headers: sseHeaders,
    open: (stream) => room.refetch.add(environment, room.sse.open(stream), has),
  };
}
