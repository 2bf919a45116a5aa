import assert from "node:assert/strict";
import { test } from "node:test";

import { choiceCommands, keyCommands, knobCommands, numberCommands, panelCommands } from "../../../assets/js/controls/commands.js";
import { PAGE_KEYS } from "../../../assets/js/controls/page_keys.js";
import { MICROSCOPE_KEYS } from "../../../assets/js/lib/moves.js";
import { enlarged } from "../../../assets/js/panels/plotly_style.js";

test("no two keys of the page mean the same press", () => {
  const keys = [...PAGE_KEYS, ...MICROSCOPE_KEYS].flatMap((binding) => binding.keys);
  assert.equal(new Set(keys).size, keys.length);
});

test("commands come from the tables, and do what these say", () => {
  const done = [];
  const [share] = keyCommands([{ keys: ["l"], show: "l", does: "share", text: "a link" }, { keys: ["x"], show: "x", does: "nothing", text: "" }], { share: () => done.push("share") });
  assert.deepEqual([share.title, share.note], ["A link", "l"]);
  share.run();
  const [first, second] = choiceCommands("planner", [{ value: "spo", text: "SPO" }, { value: "trt_smc", text: "TRT-SMC" }], "spo", (value) => done.push(value));
  assert.deepEqual([first.note, second.note], ["in use", ""]);
  second.run();
  assert.deepEqual(done, ["share", "trt_smc"]);
});

test("a knob says its value and where it enters, a panel what can be done with it", () => {
  const [alpha] = knobCommands([/** @type {any} */ ({ name: "alpha", label: "alpha", group: "trust region", type: "number", enters: "(E3)", value: 0.1 })], () => {});
  assert.equal(alpha.note, "0.1 · (E3)");
  const titles = panelCommands({ isHidden: (name) => name === "world", toggle() {}, enlarge() {} }).map(({ title }) => title);
  for (const title of ["Show: World", "Enlarge: World", "Hide: Genealogy", "Hide: Knobs"]) assert.ok(titles.includes(title), title);
  assert.ok(!titles.includes("Enlarge: Knobs"));
});

test("a figure is enlarged in its sizes, not in its numbers", () => {
  const figure = { data: [{ x: [1, 2], marker: { size: 4, line: { width: 1 } } }], layout: { margin: { l: 10, t: 16 }, font: { size: 11, color: "red" }, xaxis: { range: [0, 1] } } };
  const large = enlarged(figure, 2);
  assert.deepEqual(large, { data: [{ x: [1, 2], marker: { size: 8, line: { width: 2 } } }], layout: { margin: { l: 20, t: 32 }, font: { size: 22, color: "red" }, xaxis: { range: [0, 1] } } });
  assert.equal(enlarged(figure, 1), figure);
});

test("a number is a step or a seed, as its word says", () => {
  const done = [];
  const made = (text) => numberCommands(text, { goTo: (step) => done.push(["step", step]), begin: (seed) => done.push(["seed", seed]) });
  assert.deepEqual(made("10").map(({ title }) => title), ["Go to step 10", "Begin again with seed 10"]);
  for (const command of [...made(" step 7 "), ...made("Seed3")]) command.run();
  assert.deepEqual(done, [["step", 7], ["seed", 3]]);
  for (const text of ["", "step", "10 x", "-1", "1.5", "alpha 3"]) assert.deepEqual(made(text), []);
});
