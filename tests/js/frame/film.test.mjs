// A plan as a film: which steps it has, what they weigh, and their captions.

import assert from "node:assert/strict";
import { test } from "node:test";

import { captionOf, hasFilm, MILLISECONDS, offspringAt, shotsOf, weightIn } from "../../../assets/js/frame/film.js";
import { readFrame } from "../../../assets/js/frame/frame.js";
import { doneLevels } from "../../../assets/js/pictures/film.js";
import { encode, sampleArrays, sampleMetadata, sampleTree } from "../drawing.mjs";

const sample = () => readFrame(encode(sampleArrays(), sampleMetadata));
const tree = () => readFrame(sampleTree());

test("every level is proposed, weighed and normalised; resampling and revival come where they happened, the decision last", () => {
  const frame = sample();
  const shots = shotsOf(frame);
  for (let level = 0; level < frame.levels; level++) {
    const phases = shots.filter((shot) => shot.level === level && shot.phase !== "decide").map(({ phase }) => phase);
    const usual = frame.living[level] ? ["propose", "weigh", "normalise"] : ["normalise"];
    assert.deepEqual(phases.slice(0, usual.length), usual);
    assert.equal(phases.includes("resample"), !!frame.resampled[level]);
  }
  assert.deepEqual(shots.at(-1), { level: frame.levels - 1, phase: "decide" });
  assert.ok(shots.every(({ phase }) => MILLISECONDS[phase] > 0));
  const order = shots.map(({ level }) => level);
  assert.deepEqual(order, order.toSorted((a, b) => a - b));
});

test("a step that is being proposed is not done", () => {
  assert.equal(doneLevels({ level: 3, phase: "propose", share: 0.5 }), 3);
  assert.equal(doneLevels({ level: 3, phase: "weigh", share: 0 }), 4);
});

test("a weight begins as it was carried, even after resampling, and ends as the plan's", () => {
  const frame = sample();
  for (let level = 0; level < frame.levels; level++) {
    const [before, after] = [weightIn(frame, { level, phase: "weigh", share: 0 }), weightIn(frame, { level, phase: "weigh", share: 1 })];
    for (let node = frame.level_start[level]; node < frame.level_start[level + 1]; node++) {
      assert.ok(Math.abs(after(node) - frame.weight[node]) < 1e-9);
      const carried = level === 0 || frame.resampled[level - 1] ? 1 : frame.weight[frame.find({ level: level - 1, slot: frame.before[node] })];
      assert.equal(before(node), carried);
      assert.equal(weightIn(frame, { level, phase: "propose", share: 1 })(node), carried);
    }
  }
});

test("offspring of a level are all slots of the next", () => {
  const frame = sample();
  for (let level = 0; level + 1 < frame.levels; level++) {
    const counts = offspringAt(frame, level);
    assert.equal(counts.reduce((sum, count) => sum + count, 0), frame.level_start[level + 2] - frame.level_start[level + 1]);
    assert.equal(counts.filter((count) => count).length, frame.offspring[2 * level]);
    assert.equal(Math.max(...counts), frame.offspring[2 * level + 1]);
  }
});

test("captions say the numbers of the level and of the particle that is followed, and never a number that is none", () => {
  for (const frame of [sample(), tree()]) {
    for (const shot of shotsOf(frame)) {
      const caption = captionOf(frame, shot);
      const all = Object.values(caption).join(" ");
      assert.ok(caption.title && caption.sentence, shot.phase);
      assert.doesNotMatch(all, /NaN|undefined|null|Infinity/, JSON.stringify([shot, caption]));
    }
  }
  const frame = sample();
  const level = frame["lineage/level"][0];
  const { numbers } = captionOf(frame, { level, phase: "weigh" });
  const [ratio, gain, sum] = numbers.match(/= (\S+) \+ (\S+) = (\S+)$/).slice(1).map((text) => Number(text.replace(/[()]/g, "").replace("−", "-")));
  assert.ok(Math.abs(ratio + gain - sum) < 0.011);
  assert.ok(Math.abs(ratio - (frame["lineage/log_prior"][0] - frame["lineage/log_proposal"][0])) < 0.006);
});

test("the film of a tree has every simulation that made a node, in the order in which they were made", () => {
  const frame = tree();
  assert.ok(hasFilm(frame));
  const shots = shotsOf(frame).slice(0, -1);
  assert.equal(shots.length, 3 * frame.size);
  assert.deepEqual(shots.slice(0, 3).map(({ phase }) => phase), ["select", "expand", "backup"]);
  const made = shots.filter((_, index) => index % 3 === 0).map(({ simulation }) => frame.made[simulation]);
  assert.deepEqual(made, made.toSorted((a, b) => a - b));
  // A node is never shown before the one that it was stepped from.
  for (const { simulation } of shots) assert.ok(frame.parent[simulation] < 0 || frame.made[frame.parent[simulation]] < frame.made[simulation]);
  // The counts speak of all simulations: the end says why the film has fewer.
  const decide = (steps) => captionOf(Object.defineProperty(tree(), "steps", { value: steps }), { level: 0, phase: "decide" }).sentence;
  assert.match(decide(2), new RegExp(`^2 of ${frame.simulations} simulations made a node; the others`));
  assert.doesNotMatch(decide(frame.simulations), /made a node/);
});

test("a tree that was kept without the order of its simulations has no film", () => {
  const frame = tree();
  Object.assign(frame, { made: undefined });
  assert.ok(!hasFilm(frame));
});

test("whoever calculates the weight again from the numbers that are shown gets what is shown", () => {
  const value = (text) => Number(new Function(`return ${text.replaceAll("−", "-").replace(/\\frac\{(.*?)\}\{(.*?)\}/, "(($1) / ($2))").replaceAll("\\cdot", "*")}`)());
  let seen = 0;
  for (const tau of [0.013, 0.05, 0.5, 2]) {
    const frame = sample();
    frame.settings = { ...frame.settings, reward_temperature: tau };
    for (const shot of shotsOf(frame).filter(({ phase }) => phase === "weigh")) {
      const { numbers } = captionOf(frame, shot);
      if (!numbers) continue;
      const [first, second, third] = numbers.split(/ = | \\approx /).map(value);
      assert.ok(Math.abs(first - second) < 0.0151, numbers);
      assert.ok(numbers.includes("\\approx") || Math.abs(second - third) < 1e-9, numbers);
      seen++;
    }
  }
  assert.ok(seen > 3);
});
