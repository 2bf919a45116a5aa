import assert from "node:assert/strict";
import { test } from "node:test";

import { sceneWidth, stepWords, stripDecimals } from "../../../assets/js/panels/film_strip.js";

test("a state has its step, reward, value and log-weight below it", () => {
  const step = { level: 3, reward: 1, value: 51.234, log_weight: -0.125, terminal: true };
  assert.deepEqual(stepWords(step, "left", 2), ["3 · left †", "r 1 · V 51.23", "log w −0.13"]);
  assert.deepEqual(stepWords({ ...step, log_weight: null, terminal: false }, "left", 0), ["3 · left", "r 1 · V 51", "log w −∞"]);
  assert.deepEqual(stepWords({ level: 0, reward: 0.5, q_value: 2, visits: 1 }, "up", 1), ["0 · up", "r 0.5 · Q 2.0", "1 visit"]);
});

test("all values of a strip have as many decimals, and scenes the shape of their focus within bounds", () => {
  assert.equal(stripDecimals({ root: { value: 51.5 }, steps: [{ value: 0.001 }] }), 2);
  assert.equal(stripDecimals({ root: { value: 0.02 }, steps: [{ q_value: 0.03 }] }), 3);
  assert.deepEqual([[0, 1, 0, 1], [0, 9, 0, 1], [0, 1, 0, 9]].map((focus) => sceneWidth({ focus }, 100)), [100, 190, 74]);
});
