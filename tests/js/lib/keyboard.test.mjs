import assert from "node:assert/strict";
import { test } from "node:test";

import { followKeys } from "../../../assets/js/lib/keyboard.js";
import { Lifetime } from "../../../assets/js/lib/lifetime.js";

test("keys do what the table says for as long as it is followed", () => {
  const target = new EventTarget();
  const [heard, lifetime] = [[], new Lifetime()];
  const table = [{ keys: ["ctrl k"], show: "ctrl k", does: "find", text: "" }, { keys: ["ArrowLeft"], show: "←", does: "left", text: "" }, { keys: ["shift ArrowLeft"], show: "", does: "back", text: "" }];
  followKeys(target, table, { left: () => heard.push("left"), back: () => heard.push("back"), find: () => heard.push("find") }, lifetime);
  const press = (key, more = {}) => target.dispatchEvent(Object.assign(new Event("keydown"), { key, ...more }));
  press("ArrowLeft");
  press("ArrowLeft", { shiftKey: true });
  press("ArrowLeft", { ctrlKey: true });
  press("k");
  press("K", { metaKey: true });
  lifetime.end();
  press("ArrowLeft");
  assert.deepEqual(heard, ["left", "back", "find"]);
});
