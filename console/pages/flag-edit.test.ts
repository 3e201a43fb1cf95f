import assert from "node:assert/strict";
import { test } from "node:test";
import type { Versioned } from "../../protocols/environment-messages.ts";
import type { Flag } from "../../protocols/flag.ts";
import { problemOf } from "../problem.ts";
import { flagNamed, versioned } from "../testing/fixtures.ts";
import { withRollout } from "../words/rollout.ts";
import { FlagEdit, type FlagStore } from "./flag-edit.ts";

/** A store with the gateway's rule: a save must name the version that stands. */
function storeWith(first: Versioned<Flag>) {
  let stands = first;
  const store: FlagStore = {
    load: async () => ({ ok: true, value: stands }),
    save: async (flag, seen) => {
      if (seen !== stands.version) {
        return {
          ok: false,
          failure: problemOf(409, { code: "version_conflict", actual: stands.version }, null),
        };
      }
      stands = { ...stands, entity: flag, version: seen + 1 };
      return { ok: true, value: stands };
    },
    publish: async () => {
      stands = { ...stands, publishedVersion: stands.version };
      return { ok: true, value: { version: 43 } };
    },
  };
  return {
    store,
    replace: (flag: Flag) => (stands = { ...stands, entity: flag, version: stands.version + 1 }),
  };
}

const begin = () => {
  const first = versioned(flagNamed("a", { share: 1_000 }), 7, 7);
  const { store, replace } = storeWith(first);
  return { edit: new FlagEdit(first, store, () => undefined), first, replace };
};

test("publish saves what is not saved, and ends without a draft", async () => {
  const { edit, first } = begin();
  edit.edit(withRollout(first.entity, 2_000));
  assert.deepEqual(edit.changes, ["Rollout 10% → 20%"]);
  await edit.publish();
  assert.deepEqual(edit.outcome, { kind: "published", version: 43 });
  assert.ok(!edit.dirty && !edit.unpublished);
});

test("a save over somebody else's is a conflict, and keeps both sides", async () => {
  const { edit, first, replace } = begin();
  edit.edit(withRollout(first.entity, 2_000));
  replace({ ...first.entity, enabled: false });
  assert.equal(await edit.save(), false);
  assert.deepEqual(edit.outcome, { kind: "conflict", actualVersion: 8 });
  await edit.keepMine();
  assert.deepEqual(edit.changes, ["Turned on", "Rollout 10% → 20%"]);
  assert.equal(edit.base.version, 8);
  assert.equal(await edit.save(), true);
});

test("taking theirs drops our edits", async () => {
  const { edit, first, replace } = begin();
  edit.edit(withRollout(first.entity, 2_000));
  replace({ ...first.entity, enabled: false });
  await edit.save();
  await edit.takeTheirs();
  assert.equal(edit.draft.enabled, false);
  assert.ok(!edit.dirty);
});

test("editing on does not hide a conflict", async () => {
  const { edit, first, replace } = begin();
  replace(first.entity);
  edit.edit(withRollout(first.entity, 2_000));
  await edit.save();
  edit.edit(withRollout(first.entity, 3_000));
  assert.equal(edit.outcome.kind, "conflict");
});
