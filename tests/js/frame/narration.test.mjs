import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrame } from "../../../assets/js/frame/frame.js";
import { narrate, narrateDecision, neverTried } from "../../../assets/js/frame/narration.js";
import { particleFacts, particleSteps } from "../../../assets/js/panels/particle.js";
import { amount, count, list, number, percent } from "../../../assets/js/lib/format.js";
import { encode, sampleArrays, sampleMetadata } from "../drawing.mjs";

const frame = readFrame(encode(sampleArrays(), sampleMetadata));

test("numbers read like numbers", () => {
  assert.deepEqual([0, 0.123456, 3.14159, 42.123, 1234.5, 1e-7, -2.5, Infinity, NaN].map((value) => number(value)),
    ["0", "0.123", "3.14", "42.1", "1235", "1.0e−7", "−2.5", "∞", "none"]);
  assert.equal(number(29.6789, 4), "29.68");
  assert.deepEqual([0, 0.0001, 0.034, 0.5, 0.9999, 1].map(percent), ["0.0 %", "<0.1 %", "3.4 %", "50 %", ">99.9 %", "100 %"]);
  assert.deepEqual([count(1, "path"), count(2, "path")], ["1 path", "2 paths"]);
  assert.equal(list(["a", "b", "c"]), "a, b and c");
  assert.deepEqual([1.25, -0.5, 0.001].map((value) => amount(value, [-2, 2])), ["+1.25", "−0.50", "0.00"]);
  assert.deepEqual([amount(12.34, [-100, 100]), amount(0.00123, [0, 0.01])], ["+12", "+0.0012"]);
});

test("the sentence of a level says what its numbers are", () => {
  assert.equal(narrate(frame, 1), "Level 1: ESS 2.5 of 4, resampled; 2 of 4 particles descend from left, the others from right; 4 root ancestors left; KL 0.1 of 0.5 allowed.");
  assert.match(narrate(frame, 2), /3 of 4 particles descend from left.*3 root ancestors left; 1 particle ended/);
});

test("the decision names what is chosen and what was never tried", () => {
  assert.equal(narrateDecision(frame), "Chosen: left, from 50 % by the prior to 75 %. Value target 10.75 against V(s₀) 10.");
  assert.equal(neverTried(frame), "Never tried: <stay>.");
});

test("the source of values is named where it is not the network", () => {
  const sourced = (more) => readFrame(encode(sampleArrays(), { ...sampleMetadata, settings: JSON.stringify({ ...frame.settings, ...more }) }));
  assert.equal(frame.valueSource, "");
  assert.equal(sourced({ value_source: "exact", value_noise: 0 }).valueSource, "exact values");
  const noisy = sourced({ value_source: "exact", value_noise: 0.5 });
  assert.match(narrate(noisy, 1), /; exact values, noise 0.5 sd\.$/);
  assert.match(narrateDecision(noisy), /against V\(s₀\) 10, by exact values, noise 0.5 sd\.$/);
});

test("a step's log-weight falls into prior against proposal, reward, and value difference", () => {
  const [{ parts: [choice, reward, value] }] = particleSteps(frame);
  assert.ok(Math.abs(choice - Math.log(2)) < 1e-6);
  assert.equal(reward, 0.5);
  assert.equal(value, (0.5 * 10 - 10) / 2);
});

test("without the advantage the value of the state itself is left out", () => {
  const settings = JSON.stringify({ ...frame.settings, advantage: false });
  const plain = readFrame(encode(sampleArrays(), { ...sampleMetadata, settings }));
  assert.equal(particleSteps(plain)[0].parts[2], 2.5);
});

test("a particle that has ended shows its steps and where it ended", () => {
  const steps = particleSteps(frame);
  assert.deepEqual(steps.map(({ level, slot, terminal }) => [level, slot, terminal]), [[0, 0, false], [1, 0, true]]);
  assert.deepEqual(particleFacts(frame, steps), ["weight 25 %", "reward 2", "2 steps", "ended at level 1"]);
});
