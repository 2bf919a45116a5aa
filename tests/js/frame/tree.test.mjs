import assert from "node:assert/strict";
import { test } from "node:test";

import { captions } from "../../../assets/js/frame/captions.js";
import { decisionNumbers } from "../../../assets/js/panels/decision.js";
import { Frame, readFrame } from "../../../assets/js/frame/frame.js";
import * as genealogy from "../../../assets/js/pictures/genealogy.js";
import { legendRows } from "../../../assets/js/pictures/gutter.js";
import { ancestry, descendants, strokeGroups } from "../../../assets/js/frame/lineage.js";
import { narrate, narrateDecision, narrateWorld } from "../../../assets/js/frame/narration.js";
import { offersOf, treeFacts, treeSteps } from "../../../assets/js/frame/particle.js";
import * as strips from "../../../assets/js/pictures/strips.js";
import { stripRows } from "../../../assets/js/frame/level_series.js";
import { decode } from "../../../assets/js/frame/decode.js";
import * as weights from "../../../assets/js/pictures/weights.js";
import { sampleTree } from "../drawing.mjs";

const frame = readFrame(sampleTree());
const SIZE = { width: 800, height: 300 };

/** The sample with other arrays. */
function changed(arrays) {
  const { arrays: old, metadata } = decode(sampleTree());
  return new Frame({ arrays: { ...old, ...Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, { data, shape: old[name].shape }])) }, metadata });
}

test("a tree is a frame like any other, level by depth", () => {
  assert.ok(frame.tree);
  assert.deepEqual([frame.levels, frame.slots, frame.total, frame.steps, frame.drawn], [3, 3, 8, 6, 6]);
  assert.deepEqual([...frame.level], [0, 0, 1, 1, 1, 2]);
  assert.deepEqual(ancestry(frame, 5), [5, 4, 1]);
  assert.deepEqual(descendants(frame, 1), [3, 4, 5]);
});

test("the sentence of a level counts nodes and the simulations that pass", () => {
  assert.equal(narrate(frame, 0), "Level 0: 2 nodes; 8 of 8 simulations pass here, 6 of them after right; the most visited node has 75 % of them; Q 9 to 11.");
  assert.equal(narrate(frame, 2), "Level 2: 1 node; 2 of 8 simulations pass here, all after right; Q 1.");
  assert.match(narrateWorld(frame), /8 simulations look up to 3 steps ahead; 1 path came to an end\.$/);
});

test("a node is picked where it is drawn, and its lines do not cross", () => {
  const place = genealogy.geometry(SIZE, frame);
  for (let node = 0; node < frame.size; node++) assert.deepEqual(place.pick(place.x(node), place.y(node)), frame.particleAt(node));
  for (let node = 3; node < 5; node++) assert.ok(place.y(frame.parent[node]) >= place.y(frame.parent[node - 1]));
});

test("among the visits a node covers the rows of its leaves", () => {
  const place = weights.geometry({ width: 800, height: 36 }, frame);
  assert.deepEqual([...Array(6).keys()].map((node) => [place.y(node), place.rise(node)]), [[2, 10], [12, 20], [2, 10], [12, 10], [22, 10], [22, 10]]);
  assert.deepEqual(place.pick(place.axis.x(0), 31), { level: 0, slot: 1 });
  assert.deepEqual(place.pick(place.axis.x(2), 3), { level: 2, slot: 2 });
});

test("what is often visited is drawn thick", () => {
  const { nodes, groups } = strokeGroups(frame);
  const width = (node) => groups.find(({ from, to }) => nodes.slice(from, to).includes(node)).width;
  assert.ok(width(1) > width(5) && width(5) > width(2));
});

test("strips and legend are about nodes and simulations", () => {
  const rows = stripRows(frame);
  assert.deepEqual(rows.map(({ name }) => name), ["nodes", "simulations", "most visited", "Q"]);
  assert.deepEqual(rows.slice(0, 2).map(({ lines }) => lines[0].values), [[2, 3, 1], [8, 6, 2]]);
  assert.deepEqual([rows[3].bands[0].low, rows[3].bands[0].high, rows[3].domain], [[9, 7, 1], [11, 10, 1], [1, 11]]);
  assert.deepEqual(legendRows(frame, 1).map(({ count }) => count), [1, 5, 0]);
  for (let index = 0; index < 4; index++) {
    const { top, bottom, y } = strips.rowGeometry(SIZE, rows, index);
    for (const value of rows[index].lines[0].values) assert.ok(y(value) >= top && y(value) <= bottom);
  }
});

test("equal values have a strip of some height", () => {
  const flat = changed({ q_spread: new Float64Array(9).fill(4) });
  assert.deepEqual(stripRows(flat)[3].domain, [4, 5]);
});

test("the decision shows visits where particles have a proposal", () => {
  assert.deepEqual(decisionNumbers(frame).at(-1).slice(0, 2), ["nodes", "6"]);
  assert.equal(narrateDecision(frame), "Chosen: right, from 50 % by the prior to 75 %. Value target 10.75 against V(s₀) 10.00.");
});

test("a node shows the steps that lead to it", () => {
  const steps = treeSteps(frame);
  assert.deepEqual(steps.map(({ level, action, visits, q, terminal }) => [level, action, visits, q, terminal]),
    [[0, "right", 6, 11, false], [1, "right", 4, 10, false], [2, "left", 2, 1, true]]);
  const { offers, complete } = offersOf(frame, steps);
  assert.ok(complete);
  assert.deepEqual(offers.map(({ priors, proposals, q }) => [priors, proposals.map((share) => Number(share.toFixed(3))), q]),
    [[[0.25, 0.5, 0.25], [0.25, 0.75, 0], [9, 11, NaN]], [[0.25, 0.75, NaN], [0.2, 0.8, 0], [8, 10, NaN]], [[0.5, NaN, NaN], [1, 0, 0], [1, NaN, NaN]]]);
  assert.deepEqual(treeFacts(frame, steps), ["2 of 8 simulations", "Q 1", "reward 3", "3 steps", "ends here"]);
});

test("the captions are those of a tree", () => {
  const { titles, help, notes: { genealogy, weights } } = captions(frame);
  assert.deepEqual([titles.weights, titles.particle, titles.genealogy], ["Visits", "Node", "Genealogy"]);
  assert.deepEqual(Object.keys(help).sort(), Object.keys(titles).sort());
  assert.equal(genealogy(frame), "8 simulations, up to 3 steps deep · thick: often visited");
  assert.equal(weights(frame, 2), "level 2: the most visited node has 100 % of 2 visits");
});
