import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EpochMs } from "../../protocols/time.ts";
import type { Snapshots } from "./snapshots.ts";

const filled = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + seed) % 251);

/** What every store of snapshots does, in memory and on a server alike. */
export function snapshotsSuite(name: string, open: () => Promise<Snapshots>): void {
  describe(`${name} as a store of snapshots`, () => {
    test("without a snapshot there is none", async () => {
      assert.equal(await (await open()).load({ kind: "suite", key: "none" }, 1), undefined);
    });

    test("the newest comes back byte for byte, whatever its size", async () => {
      const snapshots = await open();
      const address = { kind: "suite", key: "sizes/1" };
      let position = 0;
      for (const length of [0, 1, 999_999, 1_000_000, 1_000_001, 3_500_000, 10]) {
        const bytes = filled(length, length);
        await snapshots.save(address, { version: 1, position: ++position, bytes });
        const loaded = await snapshots.load(address, 1);
        assert.equal(loaded?.position, position);
        assert.ok(Buffer.from(loaded.bytes).equals(bytes), `${length} bytes`);
      }
    });

    test("an older position does not replace a newer one", async () => {
      const snapshots = await open();
      const address = { kind: "suite", key: "older" };
      await snapshots.save(address, { version: 1, position: 9, bytes: filled(5, 9) });
      await snapshots.save(address, { version: 1, position: 4, bytes: filled(5, 4) });
      assert.equal((await snapshots.load(address, 1))?.position, 9);
    });

    test("a snapshot of another version is nobody's", async () => {
      const snapshots = await open();
      const address = { kind: "suite", key: "versions" };
      await snapshots.save(address, { version: 1, position: 1, bytes: filled(5, 1) });
      await snapshots.save(address, { version: 2, position: 2, bytes: filled(5, 2) });
      assert.equal((await snapshots.load(address, 1))?.position, 1);
      assert.equal((await snapshots.load(address, 2))?.position, 2);
      assert.equal(await snapshots.load(address, 3), undefined);
    });

    test("the time comes back; a lower position with a later time is newer, with an earlier one is not", async () => {
      const snapshots = await open();
      const address = { kind: "suite", key: "times" };
      const at = (position: number, time: number) => ({
        version: 1,
        position,
        time: time as EpochMs,
        bytes: filled(5, position),
      });
      await snapshots.save(address, at(900, 1_000));
      await snapshots.save(address, at(4, 1_000));
      await snapshots.save(address, at(5, 999));
      const before = await snapshots.load(address, 1);
      assert.deepEqual([before?.position, before?.time], [900, 1_000]);
      await snapshots.save(address, at(6, 1_001));
      const after = await snapshots.load(address, 1);
      assert.deepEqual([after?.position, after?.time], [6, 1_001]);
    });

    test("one that its reader does not accept is passed over for the one before, and said", async () => {
      const snapshots = await open();
      const address = { kind: "suite", key: "choice" };
      for (const [version, position] of [
        [2, 1],
        [1, 2],
        [1, 3],
      ] as const) {
        await snapshots.save(address, { version, position, bytes: filled(5, position) });
      }
      const rejected: unknown[] = [];
      const choice = {
        accepts: ({ position }: { readonly position: number }): boolean => {
          if (position === 3) throw new Error("not mine");
          return true;
        },
        rejected: (reason: string, position: number) => void rejected.push([reason, position]),
      };
      assert.equal((await snapshots.load(address, 1, choice))?.position, 2);
      assert.deepEqual(rejected, [["unreadable", 3]]);
      assert.equal(await snapshots.load(address, 1, { accepts: () => false }), undefined);
      assert.equal(await snapshots.load(address, 9, choice), undefined);
      assert.deepEqual(rejected.slice(1), [
        ["version", 3],
        ["version", 2],
      ]);
    });
  });
}
