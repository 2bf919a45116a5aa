import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrame } from "../../../assets/js/frame/frame.js";
import { readSeeds, seedsFigure, seedsKey, seedsSentence, staleness } from "../../../assets/js/panels/seed_figure.js";
import { continuousSample, encode, sampleArrays, sampleMetadata, THEME } from "../drawing.mjs";

const frame = readFrame(encode(sampleArrays(), { ...sampleMetadata, seed: "4" }));
const METADATA = { schema: "twistscope.seeds/1", planner: "trt_smc", checkpoint: "some", seed: "4", step: "12", settings: JSON.stringify(frame.settings) };
const ARRAYS = {
  seed: ["I64", [4], [4n, 5n, 6n, 7n]], root_policy: ["F32", [4, 3], [0.75, 0.25, 0, 0.5, 0.5, 0, 0.25, 0.75, 0, 1, 0, 0]],
  root_q: ["F32", [4, 3], [11, 10, NaN, 11, 11, NaN, 10, 12, NaN, 11, NaN, NaN]], value_target: ["F32", [4], [10.75, 11, 11.5, 11]],
  log_evidence: ["F32", [4], [0.75, 0.5, 0.25, 0.5]], chosen_action: ["I32", [4], [0, 0, 1, 0]], root_value: ["F32", [], [10]],
};
const answer = (arrays = {}, metadata = {}) => encode({ ...ARRAYS, ...arrays }, { ...METADATA, ...metadata });
const result = readSeeds(answer(), frame);

test("the sentence counts the seeds that choose an action", () => {
  assert.equal(seedsSentence(result), "left is chosen by 3 of 4 seeds. Value target 11.00 at the median, half of them 10.94 to 11.13.");
});

test("the figure has a dot per seed and column, their quartiles, and this run by itself", () => {
  const { data, layout } = seedsFigure(result, THEME);
  const dots = data.filter(({ marker, type }) => type === "scatter" && marker?.size === 4);
  assert.deepEqual(dots.map(({ name, x }) => [name, x.length]), [["improved policy", 12], ["Q-hat", 12], ["value target", 4], ["log-evidence", 4]]);
  const boxes = data.filter(({ name }) => name === "quartiles");
  // Around the middle half of the value targets 10.75, 11, 11, 11.5, and at their median.
  assert.equal(boxes.length, 4);
  assert.deepEqual(boxes[2].x, [10.9375, 11.125, 11.125, 10.9375, 10.9375, null, 11, 11, null]);
  const own = data.filter(({ name }) => name === "this run");
  assert.deepEqual(own.map(({ x }) => x), [[0.75, 0.25, 0], [11, 10, null], [10.75], [0.75]]);
  assert.ok(own.every(({ marker }) => marker.symbol === "star"));
  // Dots keep to their row.
  for (const { x, y } of dots.slice(0, 2)) x.forEach((_, index) => assert.ok(Math.abs(y[index] - Math.floor(index / 4)) < 0.5));
  // V(s0), V soft, V* below the value targets, the exact evidence below its estimates.
  assert.deepEqual(layout.shapes.map(({ xref, x0 }) => [xref, x0]), [["x3", 10], ["x3", 11.5], ["x3", 13], ["x4", 0.5]]);
  assert.deepEqual(data.filter(({ name }) => name === "exact").map(({ x }) => x), [[0.625, 0.25, 0.125], [12, 10, 9]]);
});

test("names of actions keep clear of the largest mark at the edge", () => {
  const { data, layout } = seedsFigure(result, THEME);
  const largest = Math.max(...data.map(({ marker }) => marker?.size ?? 0));
  assert.ok(layout.yaxis.ticks === "outside" && layout.yaxis.ticklen > largest / 2);
  assert.ok(layout.margin.l > layout.yaxis.ticklen + 8 * Math.max(...result.actions.map((name) => name.length)));
});

test("without exact answers, and without evidence, both are left out", () => {
  const bare = readSeeds(answer({ log_evidence: ["F32", [4], [NaN, NaN, NaN, NaN]] }, { step: "11" }), frame);
  const { data, layout } = seedsFigure(bare, THEME);
  assert.ok(!data.some(({ name }) => name === "exact" || name === "log-evidence"));
  assert.deepEqual(layout.shapes.map(({ x0 }) => x0), [10]);
  assert.ok(seedsKey(result).flat().flat().includes("◆") && !seedsKey(bare).flat().flat().includes("◆"));
});

test("what has changed since is said", () => {
  assert.equal(staleness(result, frame), "");
  const later = readFrame(encode(sampleArrays(), { ...sampleMetadata, seed: "4", step: "13", settings: JSON.stringify({ ...frame.settings, alpha: 1 }) }));
  assert.equal(staleness(result, later), "of step 12, other settings");
  assert.equal(staleness(result, readFrame(encode(sampleArrays(), { ...sampleMetadata, seed: "5" }))), "other seed");
  assert.equal(staleness(result, readFrame(encode(sampleArrays(), { ...sampleMetadata, seed: "4", session: "else" }))), "made before this moment was opened");
});

test("interventions belong to one plan: seeds are without them, and out of date when they change", () => {
  const changed = readFrame(encode(sampleArrays(), { ...sampleMetadata, seed: "4", interventions: '[{"kind": "kill", "level": 1, "slot": 0}]' }));
  assert.equal(staleness(result, changed), "other interventions");
  const without = readSeeds(answer(), changed);
  assert.match(seedsSentence(without), /^Without the interventions: left is chosen by 3 of 4 seeds\./);
  assert.deepEqual([seedsKey(without)[0][0], seedsKey(result)[0][0]], [["★", "this seed, unchanged"], ["★", "this run"]]);
  assert.equal(staleness(without, changed), "");
});

test("the order of settings does not matter", () => {
  const turned = JSON.stringify(Object.fromEntries(Object.entries(frame.settings).reverse()));
  assert.equal(staleness(readSeeds(answer({}, { settings: turned }), frame), frame), "");
});

test("continuous actions lie on their axis, over the prior", () => {
  const place = readFrame(continuousSample());
  const chosen = { chosen_action: ["F32", [4, 1], [-1.5, 1, 1.2, 1.4]] };
  const many = readSeeds(answer(chosen, { seed: String(place.seed) }), place);
  assert.match(seedsSentence(many), /^Of 4 seeds the median chooses torque \+1.10, half of them \+0.38 to \+1.25\. Value target/);
  const { data, layout } = seedsFigure(many, THEME);
  assert.equal(data[0].name, "prior density");
  assert.deepEqual(data.find(({ name, marker }) => name === "torque" && marker).x.map((x) => Number(x.toFixed(3))), [-1.5, 1, 1.2, 1.4]);
  assert.ok(layout.xaxis.range[0] < -2 && layout.xaxis.range[1] > 2);
});

test("another container is refused by name", () => {
  assert.throws(() => readSeeds(encode({}), frame), /reads twistscope.seeds\/1, it is twistscope.drawing\/1/);
});

test("value axes have two ticks at least, which differ, have as many decimals and keep off the ends", () => {
  for (const values of [[10.75, 11, 11.5, 11], [99.68, 99.69, 99.7, 99.71], [-49.2, -49, -48, -47], [0, 0, 0, 0], [1e-3, 2e-3, 1e-3, 2e-3], [-3e4, 2e4, 0, 1]]) {
    const many = readSeeds(answer({ value_target: ["F32", [4], values], log_evidence: ["F32", [4], values], root_value: ["F32", [], [values[0]]] }, { step: "11" }), frame);
    const { layout } = seedsFigure(many, THEME);
    for (const name of ["xaxis2", "xaxis3", "xaxis4"]) {
      const { range: [low, high], tickvals, ticktext } = layout[name];
      assert.ok(tickvals.length === 2, `${name} of ${values}: ${ticktext}`);
      assert.equal(new Set(ticktext).size, ticktext.length, `${ticktext}`);
      assert.equal(new Set(ticktext.map((text) => text.split(".")[1]?.length)).size, 1, `${ticktext}`);
      for (const tick of tickvals) assert.ok(tick - low > 0.05 * (high - low) && high - tick > 0.05 * (high - low), `${name}: ${tick} in ${[low, high]}`);
    }
  }
});
