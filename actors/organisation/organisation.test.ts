import assert from "node:assert/strict";
import { test } from "node:test";
import { OrganisationMessage } from "../../protocols/organisation-messages.ts";
import {
  applyOrganisation,
  emptyDirectory,
  handleOrganisation,
  type OrganisationState,
} from "./organisation.ts";

const at = 1_000 as never;

function send(state: OrganisationState, message: unknown): { state: OrganisationState; reply: unknown } {
  const step = handleOrganisation(state, OrganisationMessage.parse(message), at);
  return { state: step.events.reduce(applyOrganisation, state), reply: step.reply };
}

test("an environment's settings change while it lives, and what is left out stays", () => {
  const made = send(emptyDirectory(), {
    type: "create_environment",
    environment: { key: "shop", decisionLog: "sync" },
  });
  assert.equal(made.state.environments[0]?.decisionLog, "sync");
  assert.equal(made.state.environments[0]?.assignmentDays, undefined);
  const change = { type: "change_environment", environment: "shop", change: { assignmentDays: 30 } };
  const changed = send(made.state, change);
  assert.deepEqual(
    [changed.state.environments[0]?.decisionLog, changed.state.environments[0]?.assignmentDays],
    ["sync", 30],
  );
  assert.equal(changed.state.version, made.state.version + 1);
  assert.deepEqual(changed.reply, { ok: true, value: changed.state.environments[0] });
});

test("one that is not there, or archived, does not change", () => {
  const change = { type: "change_environment", environment: "shop", change: { decisionLog: "disabled" } };
  const refused = { ok: false, failure: { code: "environment_not_found", environment: "shop" } };
  assert.deepEqual(send(emptyDirectory(), change).reply, refused);
  const made = send(emptyDirectory(), { type: "create_environment", environment: { key: "shop" } });
  const gone = send(made.state, { type: "archive_environment", environment: "shop" });
  assert.deepEqual(send(gone.state, change).reply, refused);
});
