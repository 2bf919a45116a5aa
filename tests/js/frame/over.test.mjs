import assert from "node:assert/strict";
import { test } from "node:test";

import { captions } from "../../../assets/js/frame/captions.js";
import { decode } from "../../../assets/js/frame/decode.js";
import { Frame, readFrame } from "../../../assets/js/frame/frame.js";
import { strokeGroups } from "../../../assets/js/frame/lineage.js";
import { headline, narrate, narrateDecision, narrateWorld, neverTried, OVER } from "../../../assets/js/frame/narration.js";
import { actionTitle, decisionAxes, decisionLayout, decisionNote, decisionNumbers, decisionPicture } from "../../../assets/js/panels/decision.js";
import * as genealogy from "../../../assets/js/pictures/genealogy.js";
import * as strips from "../../../assets/js/pictures/strips.js";
import * as weights from "../../../assets/js/pictures/weights.js";
import * as world from "../../../assets/js/pictures/world.js";
import { recordingContext } from "../canvas.mjs";
import { continuousSample, encode, sampleArrays, sampleMetadata, sampleTree, THEME } from "../drawing.mjs";

const SIZE = { width: 800, height: 300 };
const VIEW = { level: 2, particle: null, action: null, strips: { particles: ["ess", "kl"], tree: ["nodes"] } };

/** A plan from a terminal state, as the planners make it: nobody steps, and all stay where they are. */
function ended(buffer) {
  const { arrays, metadata } = decode(buffer);
  const none = (name) => ({ [name]: { ...arrays[name], data: arrays[name].data.map(() => 0) } });
  const box = Float32Array.of(0.5, 0.5, 0.25, 0.25);
  const tree = metadata.kind === "tree";
  const nodes = tree ? Object.fromEntries(["slot", "parent", "root", "flags", "survivors", "weight", "place"].map((name) => [name, { data: arrays[name].data.slice(0, 0), shape: [0] }])) : none("flags");
  const scene = JSON.stringify({ focus: [-10, 10, -1, 1], shapes: [], caption: "down" });
  const own = { ...none("living"), ...none("root_value"), ...none("value_target"), ...nodes, extent: { data: box, shape: [4] }, root_position: { data: box.slice(1, 3), shape: [2] } };
  const start = tree ? none("level_start") : {};
  const episode = '{"return": 3, "length": 12, "terminated": true, "truncated": false}';
  return new Frame({ arrays: { ...arrays, ...own, ...start }, metadata: { ...metadata, scene, episode } });
}

const FRAMES = { particles: ended(encode(sampleArrays(), sampleMetadata)), continuous: ended(continuousSample()), tree: ended(sampleTree()) };
const all = (nodes) => nodes.flatMap((one) => (typeof one === "string" ? [] : [one, ...all(one.children)]));

for (const [kind, frame] of Object.entries(FRAMES)) {
  test(`where the episode has ended nothing is said to be planned: ${kind}`, () => {
    assert.ok(frame.over);
    assert.equal(frame.chosen, -1);
    assert.deepEqual([narrate(frame, 0), narrateDecision(frame), decisionNote(frame), neverTried(frame)], [OVER, OVER, OVER, null]);
    assert.ok(narrateWorld(frame).endsWith(OVER));
    assert.equal(headline(frame), "nothing to choose");
    const { notes } = captions(frame);
    assert.deepEqual([notes.genealogy(frame), notes.weights(frame, 0)], ["no plan", "no plan"]);
    assert.ok(decisionNumbers(frame).every(([, value]) => value === "none"));
    assert.equal(actionTitle(frame, 0), frame.actions[0]);
  });

  test(`where the episode has ended pictures show no numbers, and nothing is picked: ${kind}`, () => {
    const said = (draw) => {
      const context = recordingContext();
      draw(context);
      return context.texts.map(({ text }) => text).join(" ");
    };
    assert.equal(said((context) => genealogy.draw(context, SIZE, frame, VIEW, THEME)), OVER);
    for (const picture of [strips, weights]) assert.equal(said((context) => picture.draw(context, SIZE, frame, VIEW, THEME)), "no plan");
    for (const picture of [genealogy, strips, weights]) assert.equal(said((context) => picture.overlay(context, SIZE, frame, VIEW, THEME)), "");
    // The state itself, without a lens: there are no paths to enlarge.
    assert.equal(said((context) => world.draw(context, SIZE, frame, VIEW, THEME)), "down");
    assert.equal(world.geometry(SIZE, frame).length, 1);
    const points = [[20, 30], [400, 100]];
    for (const [x, y] of points) {
      assert.deepEqual([genealogy.pick(SIZE, frame, x, y, VIEW), genealogy.geometry(SIZE, frame).pick(x, y), weights.geometry(SIZE, frame).pick(x, y)], [null, null, null]);
    }
    assert.deepEqual(strokeGroups(frame).groups, []);
  });

  test(`where the episode has ended the decision keeps its size and its axes, and marks nothing: ${kind}`, () => {
    const before = decisionAxes(null, readFrame(kind === "tree" ? sampleTree() : kind === "continuous" ? continuousSample() : encode(sampleArrays(), sampleMetadata)));
    const axes = decisionAxes(before, frame);
    assert.deepEqual([axes.q.low, axes.q.high], [before.q.low, before.q.high]);
    const layout = decisionLayout(frame, 348);
    const nodes = all(decisionPicture(frame, THEME, layout, axes));
    const marks = nodes.map(({ attributes }) => attributes["data-mark"] ?? attributes["data-bar"] ?? attributes["data-line"]).filter(Boolean);
    assert.deepEqual(marks, []);
    assert.ok(nodes.some(({ tag }) => tag === "text"));
  });
}

test("at a time limit there is a plan, but nothing is taken", () => {
  const episode = '{"return": 3, "length": 12, "terminated": false, "truncated": true}';
  const frame = readFrame(encode(sampleArrays(), { ...sampleMetadata, episode }));
  assert.equal(frame.over, false);
  assert.equal(headline(frame), "would take left");
  assert.equal(headline(readFrame(encode(sampleArrays(), sampleMetadata))), "takes left");
});
