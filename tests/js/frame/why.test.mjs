// Reasons of a decision: what each sentence says, and where it leads.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrame } from "../../../assets/js/frame/frame.js";
import {
  changeReasons, exactReasons, halvingReasons, mostVisitedLine, nearestChange, priorReason, reasonsOf, rivalOf, sureReason, treeReasons, valuesBetween, weightReasons,
} from "../../../assets/js/frame/why.js";
import { probe, sizesAround } from "../../../assets/js/panels/why_probe.js";
import { continuousSample, encode, sampleArrays, sampleMetadata, sampleTree } from "../drawing.mjs";

const LINEAR = { minimum: 0, maximum: 1, scale: "linear" };
/** As much of a frame as sentences about the root need. */
const rootOf = (changes = {}) => ({
  actions: ["left", "right", "up"], chosen: 1, preferred: 1, root_prior: [0.5, 0.3, 0.2], root_policy: [0.2, 0.7, 0.1], settings: { policy_target: "message" }, traits: {}, ...changes,
});
const part = (action, changes = {}) => ({
  action, log_prior: 0, sampling: 0, reward: 0, value: 0, changed: 0, spread: 0, levels: [0, 0, 0], lineages: 3.2, level: 2, slot: 7, share: 0.4, ...changes,
});

test("the first sentence says whom the prior preferred, what became of it, and how far the policy moved", () => {
  assert.equal(
    priorReason(rootOf()).text,
    "The prior preferred left (50 %). The plan overruled it: right went from 30 % to 70 %. That moved the policy far: KL 0.341 nats.",
  );
  // In single precision it is all of it; other actions have some.
  assert.match(priorReason(rootOf({ root_policy: [1e-9, 1, 0] })).text, /right went from 30 % to >99\.9 %/);
  assert.match(priorReason(rootOf({ chosen: 0, root_policy: [0.52, 0.29, 0.19] })).text, /^The prior preferred left already, with 50 %; the plan gives it 52 %\. That hardly moved the policy/);
  assert.match(priorReason(rootOf({ root_prior: [1 / 3, 1 / 3, 1 / 3] })).text, /^The prior gave 33 % to each of 3 actions; the plan gives 70 % to right\./);
  assert.match(priorReason(rootOf({ settings: { act: "sample" } })).text, /^Drawn from the improved policy\. /);
  assert.match(priorReason(rootOf({ preferred: 0, settings: { gumbel_scale: 1 }, traits: { halving: true } })).text, /Sequential halving with Gumbel noise left it/);
  assert.deepEqual(priorReason(rootOf()).place, { action: 1 });
  // Noise that took another action than the plan prefers is no overruling.
  const noisy = { root_policy: [0.6, 0.25, 0.15], preferred: 0, settings: { gumbel_scale: 1 }, traits: { halving: true } };
  assert.match(priorReason(rootOf(noisy), true).text, /^The prior preferred left \(50 %\), and so does the plan\. Gumbel noise took right, which went from 30 % to 25 %\. That/);
  assert.match(priorReason(rootOf({ ...noisy, preferred: 2, root_policy: [0.2, 0.2, 0.6] }), true).text, /\(50 %\), the plan prefers up\. Gumbel noise took right, which/);
  assert.match(priorReason(rootOf({ ...noisy, root_prior: [1 / 3, 1 / 3, 1 / 3] }), true).text, /the plan gives 25 % to right\. Gumbel noise took it\. That/);
  assert.equal(priorReason(rootOf({ over: true })).place, null);
});

test("a policy that hardly moved overrules nobody, and shares that look alike have the digits that tell them apart", () => {
  const near = (prior, policy) => priorReason(rootOf({ root_prior: prior, root_policy: policy })).text;
  assert.match(near([0.444, 0.4386, 0.1174], [0.438, 0.4442, 0.1178]), /^The prior preferred left \(44 %\)\. The plan only just prefers another action: right went from 43\.9 % to 44\.4 %\. That hardly moved/);
  assert.match(near([0.4402, 0.4401, 0.1197], [0.4401, 0.4402, 0.1197]), /right went from 44\.01 % to 44\.02 %/);
  assert.match(near([0.44002, 0.44, 0.11998], [0.44, 0.44001, 0.11999]), /right stays at 44 %\./);
});

test("seeds without interventions say nothing of how sure a changed plan is", () => {
  const changed = rootOf({ interventions: [{ kind: "kill", level: 0, slot: 1 }] });
  assert.equal(sureReason(changed, { chosen_action: [1, 1, 0], count: 3 }).text, "Without the interventions: 2 of 3 seeds take right, 1 left.");
});

test("the parts of the weight are named by size, gains before losses, and what is small is left out", () => {
  const carried = [part(0, { log_prior: 0.5 }), part(1, { reward: 1.2, value: 0.3, spread: -0.2, sampling: 0.01, levels: [0.1, 1.3, 0] }), part(2, { reward: 9 })];
  const [parts, level, lineages] = weightReasons(rootOf(), carried);
  assert.equal(parts.text, "Right leads left (20 %) by 0.81 nats: mostly rewards +1.20 and values +0.30; against it the prior itself −0.50 and fewer lineages carry it −0.20.");
  assert.deepEqual(parts.place, { action: 0 });
  assert.deepEqual([level.text, level.place], ["It gained most at level 1: +1.30 nats on left; the other levels added 0.1.", { level: 1 }]);
  const lost = weightReasons(rootOf(), [part(0), part(1, { levels: [7.02, -4, -0.12] })])[1].text;
  assert.equal(lost, "It gained most at level 0: +7.02 nats on left; the other levels took 4.1 of it back.");
  const more = weightReasons(rootOf(), [part(0), part(1, { levels: [7.02, -14, -2] })])[1].text;
  assert.equal(more, "It gained most at level 0: +7.02 nats on left; the other levels took 16 back, which is more.");
  assert.deepEqual([lineages.text, lineages.place], ["About 3 lineages carry right; the one with most of it, 40 %, ends in slot 7 at level 2.", { particle: { level: 2, slot: 7 } }]);
  const trails = weightReasons(rootOf(), [part(0, { reward: 1 }), part(1)])[0].text;
  assert.equal(trails, "Right trails left (20 %) by 1 nats: rewards −1.00.");
  assert.match(weightReasons(rootOf({ settings: { policy_target: "surviving" } }), carried)[0].text, /by messages; the policy target here is surviving\.$/);
  assert.match(weightReasons(rootOf({ settings: { policy_target: "message", temperature_rule: "target_kl" } }), carried)[0].text, /read off at a target KL\.$/);
  const gone = weightReasons(rootOf({ levels: 2, root_counts: [4, 4, 4, 0, 12, 0] }), carried)[0].text;
  assert.match(gone, /−0\.20\. No particle of left is left at the last level: where its lineages were dropped, values stand for the rewards/);
  assert.equal(weightReasons(rootOf(), [part(1, { lineages: 1, share: 1 })])[0].text, "No other action than right kept any weight.");
  assert.equal(weightReasons(rootOf(), [part(1, { lineages: 1 })])[1].text, "One lineage carries right; it ends in slot 7 at level 2.");
  assert.deepEqual(weightReasons(rootOf(), [part(0)]), []);
});

test("of a tree visits, returns and the most visited line are named", () => {
  const tree = readFrame(sampleTree());
  assert.deepEqual(mostVisitedLine(tree, 1), [1, 4, 5]);
  assert.deepEqual(mostVisitedLine(tree, 0), [0, 2]);
  const [parts, line] = treeReasons(tree);
  assert.equal(parts.text, "6 of 8 simulations began with right, with a mean return of 11; 2 with left, 9.");
  assert.match(line.text, /^Its most visited line is 3 steps deep; 4 simulations go through its step at level 1\./);
  assert.deepEqual(line.place, { particle: { level: 2, slot: tree.slot[5] } });
});

test("of planners that restart their particles estimates and prior are named", () => {
  const frame = readFrame(encode(sampleArrays(), sampleMetadata));
  const made = Object.assign(Object.create(frame), { root_prior: [0.5, 0.25, 0.25], root_policy: [0.7, 0.3, 0], settings: { reward_temperature: 0.5 } });
  made.root_q = [2, 1, NaN];
  const [parts, heaviest] = halvingReasons(made);
  assert.equal(parts.text, "Q-hat of left is 2, of right 1: +2.00 nats at this reward temperature; the prior gives +0.69.");
  // Their difference can be read off them.
  made.root_q = [52.1149, 51.9587, NaN];
  assert.match(halvingReasons(made)[0].text, /^Q-hat of left is 52\.115, of right 51\.959: \+0\.31 nats/);
  assert.equal(frame.root[frame.find(heaviest.place.particle)], frame.chosen);
  assert.equal(rivalOf({ root_policy: [1, 0, 0], chosen: 0 }), -1);
});

test("exact answers agree, or name the better action and the loss", () => {
  const truth = { optimalQ: [3, 1, 2] };
  assert.equal(exactReasons(rootOf({ truth }), { loss: 2, rejected: true })[0].text, "The exact answer takes left: by it right loses a return of 2.");
  assert.match(exactReasons(rootOf({ truth, chosen: 0 }), { loss: 0, rejected: false })[0].text, /^The exact answer agrees: no action has a larger optimal Q than left\./);
  assert.deepEqual(exactReasons(rootOf(), { loss: null, rejected: null }), []);
});

test("seeds that choose the same are counted, of continuous actions those that are near", () => {
  const taken = (values) => ({ chosen_action: values, count: values.length });
  assert.equal(sureReason(rootOf(), taken([1, 1, 0, 1, 2, 1])).text, "Not sure: 4 of 6 seeds take right, 1 left and 1 up.");
  assert.equal(sureReason(rootOf(), taken([1, 1])).text, "Sure: 2 of 2 seeds take right.");
  assert.deepEqual(sureReason(rootOf(), taken([1])).place, { seeds: true });
  // The sample takes −1.5, of a range of 4.
  const frame = readFrame(continuousSample());
  assert.match(sureReason(frame, taken([-1.5, -1.35, -1.2, 2])).text, /^Not sure: 2 of 4 seeds take an action within 5 % of the range of torque −1\.5/);
});

test("the nearest value that changes the action is found on either side, with the last one that does not", () => {
  const rows = [0, 0.25, 0.5, 0.75, 1].map((value) => ({ value, chosen: value >= 0.75 ? 2 : value === 0 ? 0 : 1 }));
  assert.deepEqual(nearestChange(rows, 0.4, 1, LINEAR), { value: 0.75, action: 2, before: 0.5, distance: 0.35 });
  assert.deepEqual(nearestChange(rows, 0.3, 1, LINEAR), { value: 0, action: 0, before: 0.25, distance: 0.3 });
  assert.equal(nearestChange(rows, 0.3, 1, LINEAR).before, 0.25);
  assert.equal(nearestChange(rows.slice(1, 3), 0.3, 1, LINEAR), null);
  assert.deepEqual(valuesBetween(0.75, 0.5, LINEAR, 3).map((value) => Number(value.toFixed(4))), [0.5625, 0.625, 0.6875]);
});

test("the smallest change comes first, then those of other settings, then the settings that change nothing", () => {
  const changes = [
    { name: "alpha", label: "alpha", now: 0.1, change: { value: 0.4, action: 0, distance: 0.3 }, votes: { same: 61, count: 64 } },
    { name: "discount", label: "discount", now: 0.99, change: { value: 0.95, action: 2, distance: 0.04 }, votes: { same: 0, count: 64 } },
    { name: "ess_threshold", label: "ESS threshold", now: 0.5, change: null },
    { name: "particles", label: "particles N", now: 64, change: null, sizes: [32, 128, 16, 256] },
  ];
  const reasons = changeReasons(rootOf(), changes);
  assert.deepEqual(reasons.map(({ text }) => text), [
    "The smallest change that makes it take another action: discount from 0.99 to 0.95, then up with this seed; none of 64 seeds takes right then.",
    "So would alpha from 0.1 to 0.4: left with this seed; 61 of 64 seeds still take right.",
    "It takes right with all values tried of ESS threshold and particles N from 16 to 256, one setting at a time.",
  ]);
  assert.deepEqual(reasons.map(({ place }) => place), [{ sweep: "discount" }, { sweep: "alpha" }, null]);
  // As many digits as were tried: rounded, it may not change the action.
  const tried = [{ ...changes[0], now: 0.378, change: { value: 0.617188, action: 0, distance: 0.3 }, tried: 24 }];
  assert.match(changeReasons(rootOf(), tried)[0].text, /alpha from 0\.378 to 0\.617188, then left with this seed, of 24 values tried; 61 of 64/);
  const size = changeReasons(rootOf(), [{ ...changes[3], change: { value: 32, action: 0, distance: 0.1 } }])[0];
  assert.deepEqual([size.place, size.text.endsWith("then left, with other random numbers.")], [{ knob: "particles" }, true]);
});

test("what is known without planning is all there is at first", () => {
  assert.deepEqual(reasonsOf(rootOf(), null).map(({ id }) => id), ["prior"]);
  assert.deepEqual(reasonsOf(rootOf(), { actions: [part(0), part(1)], loss: null, rejected: null }).map(({ id }) => id), ["prior", "parts", "lineages"]);
});

test("sizes around the one in force come nearest first and stay within four times", () => {
  assert.deepEqual(sizesAround([1, 8, 16, 32, 64, 128, 256, 512], 64), [32, 128, 16, 256]);
  assert.deepEqual(sizesAround([64], 64), []);
});

test("a setting is looked at coarsely, then closely where the action changes; cancelled, no more is asked", async () => {
  const [asked, wanted] = [[], []];
  const stop = new AbortController();
  const seeds = encode({ seed: ["I64", [2], [0n, 1n]], chosen_action: ["I32", [2], [0, 1]] }, { schema: "twistscope.seeds/1" });
  const api = {
    seeds: async (id, count, signal, other) => {
      wanted.push(other);
      return seeds;
    },
    sweep: async (id, setting, values) => {
      asked.push(...values);
      return { rows: values.map((value) => ({ value, chosen: value > 0.6 ? 1 : 0, policy: [1, 0] })) };
    },
  };
  const described = [{ name: "alpha", label: "alpha", kind: "live", type: "number", knob: LINEAR }];
  const found = [];
  const frame = { step: 0, chosen: 0, settings: { alpha: 0.1 }, interventions: [] };
  await probe({ api, id: "s", frame, described, signal: stop.signal, report: () => {}, found: (each) => found.push(each) });
  assert.equal(asked.length, 17 + 7);
  assert.ok(asked.slice(17).every((value) => value > 0.5625 && value < 0.625));
  const { change, sweep } = found.at(-1);
  assert.ok(change.change.value > 0.6 && change.change.value < 0.61 && change.change.action === 1);
  assert.deepEqual(sweep.rows.map(({ value }) => value), asked.toSorted((a, b) => a - b));
  // The change may be one seed's luck: others are asked with it.
  assert.deepEqual(found.at(-1).change.votes, { same: 1, count: 2 });
  assert.equal(wanted.at(-1).settings.alpha, change.change.value);
});
