import type { History, Operation, Reading } from "../workload/history.ts";
import type { AccountRecord } from "./journals.ts";

// What clients were told, against what the journals hold.

type Records = ReadonlyMap<string, AccountRecord>;

export function checkAnswers(history: History, records: Records, violation: (text: string) => void): void {
  const say = (text: string): void => violation(`answers: ${text}`);
  for (const operation of history.operations.values()) checkOperation(operation, records, say);
  for (const reading of history.readings) checkReading(reading, records, say);
  for (const [ref, { key }] of history.tells) {
    const record = records.get(key);
    const times = [...(record?.steps.values() ?? [])].filter(
      ({ step }) => (step.events[0] as { ref?: string } | undefined)?.ref === ref,
    ).length;
    if (times > 1) say(`the message ${ref}, sent once, is written ${times} times`);
  }
}

function checkOperation(
  { id, key, message, answers, refused, crashed }: Operation,
  records: Records,
  say: (text: string) => void,
): void {
  const written = records.get(key)?.steps.get(id);
  if (crashed && message.type !== "defect") say(`${id} crashed its actor`);
  if ((crashed || refused) && written !== undefined) say(`${id} was refused, and is written`);
  if (answers.length === 0) return;
  if (written === undefined) return say(`${id} was acknowledged, and is not in the journal`);
  const { reply } = written.step;
  for (const { state, atMs } of answers) {
    if (!reply.ok || JSON.stringify(reply.value) !== JSON.stringify(state))
      say(`${id} was answered ${JSON.stringify(state)}, and is written with ${JSON.stringify(reply)}`);
    if (written.storedMs > atMs) say(`${id} was acknowledged at ${atMs}, and written at ${written.storedMs}`);
  }
}

function checkReading(
  { key, floor, state, atMs }: Reading,
  records: Records,
  say: (text: string) => void,
): void {
  const known = records.get(key)?.states[state.count];
  const what = `a read of ${key} at ${atMs.toFixed(3)} saw ${JSON.stringify(state)}`;
  if (known === undefined || known.state.total !== state.total) return say(`${what}, which never was`);
  if (known.storedMs > atMs) say(`${what}, which was written at ${known.storedMs} only`);
  if (state.count < floor) say(`${what}, though ${floor} events were acknowledged before it was asked`);
}
