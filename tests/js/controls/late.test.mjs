import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { LateDialog } from "../../../assets/js/controls/late.js";

const appended = [];

beforeEach(() => {
  globalThis.document = { body: { append: (element) => appended.push(element) } };
});

afterEach(() => {
  delete globalThis.document;
  appended.length = 0;
});

/** A dialog that counts how often it was opened or closed, made after `failures` tries in vain. */
function lateDialog(failures = 0) {
  const dialog = { element: {}, toggled: 0, toggle: () => dialog.toggled++ };
  const said = [];
  let made = 0;
  const late = new LateDialog(async () => {
    if (made++ < failures) throw new Error("no server");
    return dialog;
  }, (text) => said.push(text));
  return { late, dialog, said, times: () => made };
}

test("a dialog that is asked for before it is there is made once, and opens when it is", async () => {
  const { late, dialog, times } = lateDialog();
  late.toggle();
  assert.equal(dialog.toggled, 0);
  await late.load();
  await late.load();
  assert.equal(dialog.toggled, 1);
  assert.equal(times(), 1);
  assert.deepEqual(appended, [dialog.element]);
  // From now on at once.
  late.toggle();
  assert.equal(dialog.toggled, 2);
});

test("one that cannot be loaded is said, and asked for again", async () => {
  const { late, dialog, said, times } = lateDialog(1);
  late.toggle();
  await assert.rejects(late.load());
  await Promise.resolve();
  assert.match(said[0], /could not be loaded/);
  late.toggle();
  await late.load();
  assert.deepEqual([dialog.toggled, times(), said.length], [1, 2, 1]);
});
