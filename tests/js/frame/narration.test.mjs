import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrame } from "../../../assets/js/frame/frame.js";
import { captions } from "../../../assets/js/frame/captions.js";
import { narrate, narrateChoice, narrateDecision, narrateWorld, neverTried } from "../../../assets/js/frame/narration.js";
import { noteLines } from "../../../assets/js/panels/decision.js";
import { fateOf } from "../../../assets/js/frame/fate.js";
import { particleFacts, particleSteps } from "../../../assets/js/frame/particle.js";
import { encode, sampleArrays, sampleMetadata } from "../drawing.mjs";

const frame = readFrame(encode(sampleArrays(), sampleMetadata));

test("the sentence of a level says what its numbers are", () => {
  assert.equal(narrate(frame, 1), "Level 1: ESS 2.5 of 4, resampled; 2 of 4 particles descend from left, the others from right; 4 root ancestors left; KL 0.1 of 0.5 allowed.");
  assert.match(narrate(frame, 2), /3 of 4 particles descend from left.*3 root ancestors left; 1 particle ended/);
});

test("one of something is not several", () => {
  const one = readFrame(encode(sampleArrays(), { ...sampleMetadata, slots: "1", levels: "1" }));
  assert.match(captions(one).notes.genealogy(one, 0), /^1 imagined future, 1 step deep$/);
  one.root_counts = Int32Array.of(1, 0, 0);
  assert.match(narrate(one, 0), /; the particle descends from left; /);
  assert.match(narrateWorld(one), / 1 particle looks 1 step ahead; /);
  const few = readFrame(encode(sampleArrays(), sampleMetadata));
  few.root_counts = Int32Array.of(1, 0, 0);
  assert.match(narrate(few, 0), /; 1 of 4 particles descends from left; /);
});

test("a KL that is only rounding is none", () => {
  const arrays = sampleArrays();
  arrays.kl = ["F64", [3, 3], [-1.5e-8, -1.5e-8, -1.5e-8, 0, 1e-8, 2e-8, 0.1, 0.2, 0.3]];
  const noisy = readFrame(encode(arrays, sampleMetadata));
  assert.deepEqual([...noisy.kl], [0, 0, 0, 0, 0, 0, 0.1, 0.2, 0.3]);
  assert.match(narrate(noisy, 0), /KL 0 of /);
});

test("an action that the improved policy would not take comes with the reason", () => {
  const planned = (more) => readFrame(encode(sampleArrays(), { ...sampleMetadata, ...more }));
  const other = (frame) => Object.assign(frame, { chosen_action: 1 });
  const [halving, noisy] = [{ traits: '{"kind": "particles", "halving": true}' }, { settings: JSON.stringify({ ...frame.settings, gumbel_scale: 1 }) }];
  assert.equal(narrateChoice(planned(halving)), "Chosen: left, from 50 % by the prior to 75 %.");
  assert.equal(narrateChoice(other(planned({ ...halving, ...noisy }))),
    "Chosen: right, from 25 % by the prior to 25 %. Sequential halving with Gumbel noise left it; the improved policy, without noise, prefers left.");
  assert.equal(narrateChoice(other(planned(halving))), "Chosen: right, from 25 % by the prior to 25 %. Sequential halving left it; the improved policy prefers left.");
  // The height of the panel has room for it, whether it is said or not.
  assert.equal(noteLines(planned({ ...halving, ...noisy }), 348), noteLines(other(planned({ ...halving, ...noisy })), 348));
  assert.ok(noteLines(planned({ ...halving, ...noisy }), 348) > noteLines(planned({}), 348));
});

test("the decision names what is chosen and what was never tried", () => {
  assert.equal(narrateDecision(frame), "Chosen: left, from 50 % by the prior to 75 %. Value target 10.75 against V(s₀) 10.00.");
  assert.equal(neverTried(frame), "Never tried: <stay>.");
});

test("the source of values is named where it is not the network", () => {
  const sourced = (more) => readFrame(encode(sampleArrays(), { ...sampleMetadata, settings: JSON.stringify({ ...frame.settings, ...more }) }));
  assert.equal(frame.valueSource, "");
  assert.equal(sourced({ value_source: "exact", value_noise: 0 }).valueSource, "exact values");
  const noisy = sourced({ value_source: "exact", value_noise: 0.5 });
  assert.match(narrate(noisy, 1), /; exact values, noise 0.5 sd\.$/);
  assert.match(narrateDecision(noisy), /against V\(s₀\) 10.00, by exact values, noise 0.5 sd\.$/);
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
  assert.deepEqual(particleFacts(frame, steps), ["weight 25 %", "reward 2", "log-weight 0"]);
  assert.equal(fateOf(frame, steps), "The episode ended at level 1; it waits since.");
});
