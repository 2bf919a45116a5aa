import assert from "node:assert/strict";
import { test } from "node:test";

import { fateOf } from "../../../assets/js/frame/fate.js";
import { readFrame } from "../../../assets/js/frame/frame.js";
import { isComplete, lineageNumbers, otherNumbers } from "../../../assets/js/frame/lineage_numbers.js";
import { columnsOf, inColumns, offersOf, particleFacts, particleSteps } from "../../../assets/js/frame/particle.js";
import { gainedBy, pairOf, pairSentence } from "../../../assets/js/frame/two_particles.js";
import { columnsAt, rowNodes, rowText, scalesOf } from "../../../assets/js/panels/particle_rows.js";
import { runs } from "../../../assets/js/panels/particle_pair.js";
import { continuousSample, encode, sampleArrays, sampleMetadata, sampleTree, THEME } from "../drawing.mjs";

const made = (arrays = {}, more = {}) => readFrame(encode({ ...sampleArrays(), ...arrays }, { ...sampleMetadata, ...more }));
const frame = made();
const SIZE = frame.size;

/** The numbers of every node, as a complete drawing has them. */
function complete(more = {}) {
  const own = (value) => ["F32", [SIZE], Array(SIZE).fill(value)];
  const nodes = {
    "node/action": ["I32", [SIZE], [0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1]], "node/log_prior": own(Math.log(0.5)), "node/log_proposal": own(Math.log(0.25)), "node/reward": own(1),
    "node/continuation": own(1), "node/value": own(10), "node/next_value": own(10), "node/offspring": ["I32", [SIZE], [1, 1, 1, 1, 1, 2, 0, 1, 1, 1, 1, 1]],
  };
  return made({ ...nodes, ...more });
}

test("a running log-weight is the trace's, or summed up where a drawing does not have it, and begins again where the level was resampled", () => {
  const steps = particleSteps(made({ "lineage/log_weight": ["F32", [2], [0.5, -2]] }));
  assert.deepEqual(steps.map(({ running, fresh }) => [running, fresh]), [[0.5, true], [-2, false]]);
  const kept = complete();
  const derived = particleSteps(kept.withLineage(lineageNumbers(kept, { level: 2, slot: 1 })));
  const each = Math.log(2) + 0.5 + (5 - 10) / 2;
  assert.deepEqual(derived.map(({ fresh }) => fresh), [true, false, true]);
  derived.forEach(({ running }, index) => assert.ok(Math.abs(running - [each, 2 * each, each][index]) < 1e-6));
});

test("of two actions and at the root the rest is known; elsewhere only the action taken", () => {
  const { offers, complete: all } = offersOf(frame, particleSteps(frame));
  assert.ok(!all);
  assert.deepEqual(offers[0].priors, [0.5, 0.25, 0.25]);
  assert.deepEqual(offers[1].priors.map((value) => Number(value.toFixed(6))), [0.5, NaN, NaN]);
  const two = Object.assign(made(), { actions: ["left", "right"], values: ["left", "right"] });
  assert.deepEqual(offersOf(two, particleSteps(two)).offers[1].proposals.map((value) => Number(value.toFixed(6))), [0.25, 0.75]);
});

test("prior, proposal and Q of every action are those of the lineage", () => {
  const rows = (...values) => ["F32", [2, 3], values];
  const all = made({ "lineage/priors": rows(0.2, 0.3, 0.5, 0.1, 0.2, 0.7), "lineage/proposals": rows(0.4, 0.3, 0.3, 0.6, 0.1, 0.3), "lineage/q_values": rows(1, 2, 3, 4, 5, 6) });
  const { offers, complete: known } = offersOf(all, particleSteps(all));
  assert.ok(known);
  assert.deepEqual(offers.map(({ q }) => q), [[1, 2, 3], [4, 5, 6]]);
  assert.deepEqual(offers[1].proposals.map((value) => Number(value.toFixed(6))), [0.6, 0.1, 0.3]);
});

test("of many actions the most proposed and those taken have a column, the others one together", () => {
  const values = Array.from({ length: 64 }, (_, action) => action / 2016);
  const offers = [{ priors: values, proposals: values, q: values, places: null, taken: 2 }];
  const columns = columnsOf(offers, 8);
  assert.deepEqual(columns, { shown: [2, 58, 59, 60, 61, 62, 63], others: 57 });
  assert.ok(Math.abs(inColumns(values, columns).reduce((sum, value) => sum + value, 0) - 1) < 1e-9);
  assert.deepEqual(columnsOf([{ ...offers[0], priors: [0.5, 0.5] }], 8), { shown: [0, 1], others: 0 });
});

test("a fate is told in words", () => {
  const fate = (numbers, more = {}) => {
    const own = made({ "lineage/fate": ["I32", [3], numbers], ...more });
    return fateOf(own, particleSteps(own));
  };
  const alive = { particle: ["I32", [3], [1, 1, 0]], "lineage/terminal": ["BOOL", [2], [0, 0]] };
  assert.equal(fate([2, 3, 2], alive), "3 particles of 4 at the last level, 2, descend from it.");
  assert.equal(fate([2, 1, 2], alive), "1 particle of 4 at the last level, 2, descends from it.");
  assert.equal(fate([1, 1, 2], alive), "Dies out here: 0 offspring.");
  const early = { ...alive, particle: ["I32", [3], [0, 1, 0]], "lineage/level": ["I32", [2], [-1, 0]] };
  assert.equal(fate([1, 2, 2], early), "Its line died out at level 1: 0 offspring of 2 descendants there.");
  assert.equal(fate([1, 1, 2], { ...alive, "lineage/revived": ["BOOL", [2], [0, 1]] }), "Dies out here: 0 offspring. Revived at level 1 from the state of level 0.");
  assert.match(fate([2, 1, 2], { particle: ["I32", [3], [1, 0, 0]] }), /^The episode ends here\./);
  const killed = made(alive, { interventions: '[{"kind": "kill", "level": 1, "slot": 0}]' });
  assert.match(fateOf(killed, particleSteps(killed)), /^Killed: it has no weight and no offspring\./);
  // In its slot it goes on to the next resampling, which is no offspring.
  const waiting = made({ ...alive, "lineage/fate": ["I32", [3], [2, 1, 2]] }, { interventions: '[{"kind": "kill", "level": 1, "slot": 0}]' });
  assert.doesNotMatch(fateOf(waiting, particleSteps(waiting)), /descend/);
  // One whose episode had ended is killed where it waits: its last step had a weight, and it has none.
  const ended = made({ particle: ["I32", [3], [2, 0, 0]], "lineage/terminal": ["BOOL", [2], [0, 1]] }, { interventions: '[{"kind": "kill", "level": 2, "slot": 0}]' });
  assert.match(fateOf(ended, particleSteps(ended)), /^The episode ended at level 1\. Killed: it has no weight and no offspring\./);
  assert.match(particleFacts(ended, particleSteps(ended)).join(), /log-weight −∞/);
  assert.doesNotMatch(particleFacts(frame, particleSteps(frame)).join(), /∞/);
});

test("a complete drawing gives the numbers of any two particles", () => {
  const kept = complete({ "node/kl": ["F32", [SIZE], Array(SIZE).fill(0.25)], "node/reached": ["U8", [SIZE], Array(SIZE).fill(2)], "node/descendants": ["U8", [SIZE], Array(SIZE).fill(1)] });
  assert.ok(isComplete(kept));
  const both = kept.withLineage({ ...lineageNumbers(kept, { level: 2, slot: 1 }), ...otherNumbers(kept, { level: 2, slot: 2 }) });
  assert.deepEqual([[...both.particle], [...both["other/particle"]]], [[2, 1, 0], [2, 2, 0]]);
  assert.deepEqual(particleSteps(both, "other").map(({ level, slot, kl }) => [level, slot, kl]), [[0, 1, 0.25], [1, 1, 0.25], [2, 2, 0.25]]);
  assert.deepEqual([...both["lineage/fate"]], [2, 1, 2]);
  assert.deepEqual(otherNumbers(kept, null), {});
});

test("a complete tree gives what was tried at each state", () => {
  const tree = readFrame(sampleTree());
  const nodes = { "node/action": Int32Array.of(0, 1, 0, 0, 1, 0), "node/prior": Float32Array.of(0.25, 0.5, 0.5, 0.25, 0.75, 0.5), "node/visits": Int32Array.of(2, 6, 1, 1, 4, 2), "node/q_value": Float32Array.of(9, 11, 7, 8, 10, 1), "node/reward": Float32Array.of(1, 1, 1, 1, 1, 1) };
  const numbers = lineageNumbers(Object.assign(tree, nodes), { level: 2, slot: 2 });
  for (const name of ["priors", "shares", "q_values"]) assert.deepEqual([...numbers[`lineage/${name}`]].map((value) => Number(value.toFixed(5))), [...readFrame(sampleTree())[`lineage/${name}`]].map((value) => Number(value.toFixed(5))), name);
});

const step = (level, slot, parts, action = "left") => ({ level, slot, parts, change: parts.reduce((sum, part) => sum + part, 0), action, taken: 0 });
const words = { weightParts: ["log π − log q", "reward", "value difference"], tree: false, restarts: false };

test("two particles part at the first step that they do not share, and are compared as far as both go", () => {
  const first = [step(0, 1, [0, 1, 0]), step(1, 1, [0.1, 0, 0.9], "right"), step(2, 1, [0, 0.2, 0])];
  const second = [step(0, 1, [0, 1, 0]), step(1, 2, [0, 0, 0])];
  const pair = pairOf(first, second);
  assert.deepEqual([pair.common, pair.kind, pair.level, pair.until], [1, "apart", 1, 1]);
  assert.ok(Math.abs(pair.total - 1) < 1e-9);
  assert.equal(pairSentence(words, first, second, pair),
    "They part at level 1: the first takes right, the second left. Up to level 1, where the second ends, the first gained 1.00 more, 0.90 of it by the value difference.");
  const longer = [...second, step(2, 2, [0, 0, 0])];
  assert.equal(pairSentence(words, first, longer, pairOf(first, longer)),
    "They part at level 1: the first takes right, the second left. The first gained 1.20 more since, 0.90 of it by the value difference.");
  const worse = [second[0], step(1, 2, [0.5, 0, 3])];
  assert.match(pairSentence(words, first.slice(0, 2), worse, pairOf(first.slice(0, 2), worse)), /The second gained 2.50 more since, 2.10 of it by the value difference\.$/);
  const mixed = [second[0], step(1, 2, [-0.5, 0, 3])];
  assert.match(pairSentence(words, [second[0], step(1, 3, [0, 0, 0])], mixed, pairOf([second[0], step(1, 3, [0, 0, 0])], mixed)),
    /part at level 1, with the same action, left\. The second gained 2.50 more since, 3.00 by the value difference, of which log π − log q took 0.50 back\.$/);
});

test("an ancestor, the same particle, and rounds are told apart", () => {
  const first = [step(0, 1, [0, 1, 0])];
  const second = [...first, step(1, 2, [0, 0.75, 0])];
  assert.equal(pairSentence(words, first, second, pairOf(first, second)), "The second descends from the first. From there it gained 0.75, all of it by the reward.");
  assert.equal(pairSentence(words, second, first, pairOf(second, first)), "The first descends from the second. From there it gained 0.75, all of it by the reward.");
  assert.equal(pairSentence(words, first, first, pairOf(first, first)), "Both are one particle.");
  const later = [step(4, 1, [0, 1, 0])];
  assert.match(pairSentence({ ...words, restarts: true }, first, later, pairOf(first, later)), /^They are of different rounds\. /);
  assert.deepEqual(gainedBy(second), [[-1, 0], [0, 1], [1, 1.75]]);
  assert.equal(runs(["left", "left", "right"]), "left × 2, right");
});

const SHAPES = new Set(["text", "rect", "line", "path", "circle"]);

test("a row is drawn within its columns, also of continuous actions and of trees, and says the same in words", () => {
  for (const own of [frame, readFrame(continuousSample())]) {
    const steps = particleSteps(own);
    const { offers, complete: all } = offersOf(own, steps);
    const columns = columnsOf(offers, 8);
    const rows = { frame: own, steps, offers, complete: all, columns, scales: scalesOf(steps, offers, columns), width: 240, theme: THEME };
    for (const index of steps.keys()) {
      const nodes = rowNodes(rows, index);
      assert.ok(nodes.length > 8 && nodes.every(({ tag }) => SHAPES.has(tag)));
      for (const { tag, attributes } of nodes) {
        for (const [name, value] of Object.entries(attributes)) assert.ok(typeof value !== "number" || Number.isFinite(value), `${tag} ${name}`);
        if (tag === "rect") assert.ok(attributes.x >= -0.5 && attributes.x + attributes.width <= 241);
      }
    }
    assert.match(rowText(rows, 1), /^Level 1, slot 0: .*the episode ends here\n[^]*KL 0\.100 of 0\.500 allowed\nΔ log-weight −3\.807: log π − log q \+0\.693, reward \+0\.500, value difference −5\.000/);
  }
  const columns = Object.values(columnsAt(240, false));
  for (const [index, [from, to]] of columns.entries()) assert.ok(to - from > 20 && (index === 0 || from > columns[index - 1][1]));
});
