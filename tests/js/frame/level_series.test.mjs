import assert from "node:assert/strict";
import { test } from "node:test";

import { levelAxis } from "../../../assets/js/pictures/axis.js";
import { readOpen } from "../../../assets/js/panels/strip_chooser.js";
import { readFrame } from "../../../assets/js/frame/frame.js";
import { narrate } from "../../../assets/js/frame/narration.js";
import { stripRows, STRIPS } from "../../../assets/js/frame/level_series.js";
import * as strips from "../../../assets/js/pictures/strips.js";
import { encode, sampleArrays, sampleMetadata } from "../drawing.mjs";

const frame = readFrame(encode(sampleArrays(), sampleMetadata));
const SIZE = { width: 800, height: 300 };
const ALL = { particles: STRIPS.particles.map(({ id }) => id), tree: [] };
const rowOf = (id, of = frame) => stripRows(of, { particles: [id], tree: [] })[0];
const withSettings = (more) => readFrame(encode(sampleArrays(), { ...sampleMetadata, settings: JSON.stringify({ ...frame.settings, ...more }) }));

test("what is open is shown in the catalogue's order, and a closed strip is never computed", () => {
  const fresh = readFrame(encode(sampleArrays(), sampleMetadata));
  assert.deepEqual(stripRows(fresh, { particles: ["kl", "ess"], tree: [] }).map(({ id }) => id), ["ess", "kl"]);
  assert.deepEqual([...fresh.cache.keys()].filter((key) => key.startsWith("strip")), ["strip ess", "strip kl"]);
  assert.deepEqual(stripRows(fresh).map(({ id }) => id), ["ess", "ancestors", "kl", "evidence"]);
});

test("ESS and perplexity share a strip with the threshold", () => {
  const { lines, threshold } = rowOf("ess");
  assert.deepEqual(lines[0].values, [1, 0.625, 1]);
  assert.ok(Math.abs(lines[1].values[1] - 2.5864 / 4) < 1e-4);
  assert.equal(threshold, 0.5);
  assert.equal(rowOf("ess", withSettings({ resampling_rule: "never" })).threshold, null);
});

test("every strip has a place for every value, also for one outside the axis", () => {
  const rows = stripRows(frame, ALL);
  assert.equal(rows.length, STRIPS.particles.length);
  rows.forEach((row, index) => {
    const { top, bottom, y } = strips.rowGeometry(SIZE, rows, index);
    for (const value of [-1e9, 0, 1, 1e9, ...row.lines.flatMap(({ values }) => values.filter((value) => value !== null))]) assert.ok(y(value) >= top && y(value) <= bottom, row.id);
  });
});

test("ancestors and offspring are two lines each", () => {
  assert.deepEqual(rowOf("ancestors").lines.map(({ values }) => values), [[4, 4, 3], [2, 2, 2]]);
  assert.deepEqual(rowOf("offspring").lines.map(({ values }) => values), [[4, 3, 4], [1, 2, 1]]);
});

test("errors of rounding do not look like an evidence that differs", () => {
  const filled = ([type, shape, data], value) => [type, shape, data.map(() => value)];
  const tiny = Object.fromEntries(Object.entries(sampleArrays()).map(([name, array]) => [name, name.includes("log_evidence") ? filled(array, name === "log_evidence" ? 3e-7 : -1e-7) : array]));
  const [low, high] = rowOf("evidence", readFrame(encode(tiny, sampleMetadata))).domain;
  assert.ok(high - low >= 0.01 && low < -1e-7 && high > 3e-7, `${low} ${high}`);
});

test("the log-evidence stands beside what is exact, over what each level added", () => {
  const { lines, bars } = rowOf("evidence");
  assert.deepEqual(lines.map(({ name, values }) => [name, values]), [["estimate", [0, 0.5, 0.75]], ["exact", [0.25, 0.5, 0.5]]]);
  assert.deepEqual(bars, [0, 0.5, 0.25]);
  const { "exact/log_evidence": _, ...arrays } = sampleArrays();
  assert.equal(rowOf("evidence", readFrame(encode(arrays, sampleMetadata))).lines.length, 1);
});

test("the three parts of the weight differ in colour and in dashes, with bands of one deviation", () => {
  const { lines, bands } = rowOf("parts");
  assert.equal(new Set(lines.map(({ style }) => style)).size, 3);
  assert.ok(Math.abs(lines[0].values[0] - Math.log(2)) < 1e-6);
  assert.ok(Math.abs(bands[2].high[0] - bands[2].low[0] - 2 * 1.08253) < 1e-4);
});

test("coalescence is a step from where there is a common ancestor, and says where there is none", () => {
  assert.equal(rowOf("coalescence").empty, "no level has an ancestor common to all");
  const { coalescence_level, ...arrays } = sampleArrays();
  const joined = readFrame(encode({ ...arrays, coalescence_level: ["I32", [3], [-1, 0, 1]] }, sampleMetadata));
  assert.deepEqual(rowOf("coalescence", joined).lines[0].values, [null, 0, 1]);
  assert.match(narrate(joined, 2), /; all share one ancestor at level 1; /);
  assert.doesNotMatch(narrate(joined, 0), /share one ancestor/);
});

test("the single-run variance is greyed out with the server's reasons where it says nothing", () => {
  assert.equal(rowOf("variance").grey, "no estimate here: resampling is not multinomial, dead particles are revived");
  const valid = readFrame(encode(sampleArrays(), { ...sampleMetadata, variance_objections: "[]" }));
  assert.equal(rowOf("variance", valid).grey, "");
});

test("the parts of the weight have the names that the drawing gives them", () => {
  const named = readFrame(encode(sampleArrays(), { ...sampleMetadata, weight_parts: '["a", "b", "c"]' }));
  assert.deepEqual(rowOf("parts", named).lines.map(({ name }) => name), ["a", "b", "c"]);
});

test("without any finite temperature the strip says so in words", () => {
  const greedy = readFrame(encode(sampleArrays(), sampleMetadata));
  greedy.temperature.fill(NaN);
  assert.equal(rowOf("temperature", greedy).empty, "greedy: the proposal takes the best Q");
  assert.deepEqual(rowOf("temperature", greedy).missing, ["greedy", "greedy", "greedy"]);
  assert.match(narrate(greedy, 1), /; greedy: the proposal takes the best Q\.$/);
  // A proposal that is the prior, up to rounding.
  const cold = readFrame(encode(sampleArrays(), sampleMetadata));
  cold.temperature.fill(NaN);
  cold.kl.fill(1e-8);
  const row = rowOf("temperature", cold);
  assert.equal(row.empty, "no twist: the proposal is the prior");
  assert.deepEqual(row.missing, ["no twist", "no twist", "no twist"]);
  assert.match(narrate(cold, 1), /; no twist: the proposal is the prior\.$/);
  assert.equal(rowOf("temperature").empty, "");
});

test("where nothing can be left there is no KL to speak of", () => {
  const still = readFrame(encode(sampleArrays(), sampleMetadata));
  still.kl.fill(0);
  still.kl_bound.fill(0);
  assert.doesNotMatch(narrate(still, 1), /KL/);
  assert.equal(rowOf("kl", still).empty, "no twist: the proposal is the prior");
  const rounds = readFrame(encode(sampleArrays(), { ...sampleMetadata, traits: JSON.stringify({ kind: "particles", rounds: true }) }));
  assert.match(narrate(rounds, 1), /KL 0.1 without a bound/);
});

test("all open strips are said in words", () => {
  const text = strips.describe(frame, { level: 1, strips: { particles: ["ess", "ancestors"], tree: [] } });
  assert.equal(text, "ESS, perplexity / N 0.625 · 0.647; root ancestors 4");
});

test("the key goes where it hides least", () => {
  const axis = levelAxis(800, 3);
  const place = { top: 0, bottom: 40, y: () => 8 };
  const [, y] = strips.freePlace(axis, place, { lines: [{ values: [1, 1, 1] }] }, 200);
  assert.ok(y > 20);
});

test("where all places hide as much the key is to the left, away from the last level with the dots of the cursor", () => {
  const axis = levelAxis(800, 20);
  const values = Array.from({ length: 20 }, () => 1);
  const place = { top: 0, bottom: 28, y: (value) => value };
  const [x] = strips.freePlace(axis, place, { lines: [8, 20].map((y) => ({ values: values.map(() => y) })) }, 200);
  assert.ok(x + 200 < axis.x(19));
});

test("the key leaves free what goes on between levels, and the threshold", () => {
  const axis = levelAxis(800, 3);
  // A line that falls from the top on the left to the foot on the right passes the middle between levels.
  const place = { top: 0, bottom: 60, y: (value) => value };
  const fall = { lines: [{ values: [4, 30, 56] }], threshold: 56 };
  const [x, y] = strips.freePlace(axis, place, fall, 150);
  const height = (at) => 4 + ((at - axis.x(0)) / (axis.x(2) - axis.x(0))) * 52;
  for (let at = x; at <= x + 150; at += 5) assert.ok(Math.abs(height(at) - y) >= 9 && Math.abs(56 - y) >= 9, `${x}, ${y}`);
});

test("the choice of strips is remembered, and what there is not is forgotten", () => {
  const kept = (text) => readOpen({ getItem: () => text });
  assert.deepEqual(kept('{"particles": ["kl", "gone", "ess"]}').particles, ["ess", "kl"]);
  assert.deepEqual(kept('{"particles": []}').particles, []);
  for (const text of [null, "null", "{", '{"particles": 3}']) assert.deepEqual(kept(text).particles, ["ess", "ancestors", "kl", "evidence"]);
  assert.deepEqual(readOpen(undefined).tree, ["nodes", "simulations", "visited", "q"]);
});
