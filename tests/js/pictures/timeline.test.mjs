// The lines of the time line on a canvas that writes down what is drawn.

import assert from "node:assert/strict";
import { test } from "node:test";

import { LINES, merge, nothing } from "../../../assets/js/frame/timeline.js";
import { draw, lineGeometry, overlay } from "../../../assets/js/pictures/timeline.js";
import { recordingContext } from "../canvas.mjs";

const theme = /** @type {any} */ ({ hues: ["#111", "#222"], grid: "#ddd", accent: "#00f", cursor: "#eef", muted: "#777" });
const size = { width: 400, height: 75 };
const names = ["step", "return", "value", "value_target", "disagreement", "differs", "ess", "coalescence"];

function known(count) {
  const steps = Array.from({ length: count }, (_, step) => step);
  const columns = Object.fromEntries(names.map((name) => [name, steps.map((step) => (name === "step" ? step : name === "differs" ? step === 2 : 0.5))]));
  return merge(nothing(), { type: "timeline", first: 0, last: count - 1, ahead_from: null, columns });
}

test("lines lie within their rows, one below the other", () => {
  let before = 0;
  LINES.forEach((_, index) => {
    const { top, bottom, y } = lineGeometry(size, index, [0, 2]);
    assert.ok(before <= top && top < bottom && bottom <= size.height);
    assert.deepEqual([y(0), y(2)], [bottom, top]);
    before = bottom;
  });
});

test("every line is stroked once, and a tick marks a step that leaves the prior", () => {
  const context = recordingContext();
  draw(context, size, known(5), theme);
  assert.equal(context.calls.filter((call) => call === "stroke").length, 6);
  // A base for each row, and the tick.
  assert.equal(context.calls.filter((call) => call === "fillRect").length, LINES.length + 1);
});

test("one step alone is a dot, and nothing known is drawn without harm", () => {
  const alone = recordingContext();
  draw(alone, size, known(1), theme);
  assert.equal(alone.calls.filter((call) => call === "arc").length, 6);
  draw(recordingContext(), size, nothing(), theme);
});

test("the cursor is where the session is, and only while the step is known", () => {
  const [inside, outside] = [recordingContext(), recordingContext()];
  overlay(inside, size, known(5), { step: 4, pointed: 2 }, theme);
  overlay(outside, size, known(5), { step: 9, pointed: null }, theme);
  assert.deepEqual([inside, outside].map(({ calls }) => calls.filter((call) => call === "fillRect").length), [3, 0]);
});
