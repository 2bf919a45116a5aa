import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrame } from "../../../assets/js/frame/frame.js";
import { svgContext } from "../../../assets/js/lib/svg_context.js";
import { decisionAxes, decisionKey } from "../../../assets/js/panels/decision.js";
import { decisionFile, keyNodes } from "../../../assets/js/panels/decision_file.js";
import { fileName } from "../../../assets/js/pictures/files.js";
import * as genealogy from "../../../assets/js/pictures/genealogy.js";
import * as strips from "../../../assets/js/pictures/strips.js";
import * as weights from "../../../assets/js/pictures/weights.js";
import * as world from "../../../assets/js/pictures/world.js";
import { recordingContext } from "../canvas.mjs";
import { continuousSample, encode, sampleArrays, sampleMetadata, sampleTree, THEME } from "../drawing.mjs";

const SIZE = { width: 800, height: 300 };
const ABOUT = { title: "t", description: "", paper: "#fff" };
const THEMED = { ...THEME, hues: Array.from({ length: 8 }, (_, hue) => `#00000${hue}`), font: "11px sans-serif", faint: "#777", cursor: "rgba(1, 2, 3, 0.5)" };
const SCENE = {
  extent: [-1, 1, -1, 1], focus: [-1, 1, -1, 1], caption: "here & there",
  shapes: [
    { kind: "line", points: [[-1, 0], [1, 0]], width: 0.1, role: "limit" }, { kind: "rect", x: 0, y: 0, w: 0.5, h: 0.5, role: "hazard" },
    { kind: "circle", x: 0, y: 0, r: 0.2, role: "hazard" }, { kind: "rect", x: -1, y: 0, w: 0.5, h: 0.5, role: "goal" }, { kind: "text", x: 0, y: 0, text: "<a>", role: "body" },
  ],
};
const FRAMES = {
  particles: readFrame(encode(sampleArrays(), { ...sampleMetadata, scene: JSON.stringify(SCENE) })), continuous: readFrame(continuousSample()), tree: readFrame(sampleTree()),
};
const STRIPS = { particles: ["ess", "kl", "parts", "temperature", "evidence"], tree: ["nodes", "q"] };
const ruler = () => ({ measureText: (text) => ({ width: 6 * text.length, fontBoundingBoxAscent: 9 }), fillStyle: "#000" });
const scratch = () => {
  const context = { createImageData: (width, height) => ({ data: new Uint8ClampedArray(4 * width * height) }), putImageData() {} };
  return { width: 0, height: 0, getContext: () => context, toDataURL: () => "data:image/png;base64,AA==" };
};

for (const [kind, frame] of Object.entries(FRAMES)) {
  test(`every picture of ${kind} uses only what can be written, and says the same as on a canvas`, () => {
    for (const [name, picture] of Object.entries({ world, genealogy, strips, weights })) {
      for (const view of [{ level: 1, action: null, particle: null, strips: STRIPS }, { level: 1, action: 0, particle: { level: 1, slot: 1 }, strips: STRIPS }]) {
        const [written, drawn] = [svgContext(SIZE, ruler(), name), recordingContext()];
        for (const context of [written, drawn]) {
          picture.draw(context, SIZE, frame, view, THEMED, scratch);
          picture.overlay(context, SIZE, frame, view, THEMED);
        }
        const file = written.file(ABOUT);
        assert.equal((file.match(/<text /g) ?? []).length, drawn.texts.length, name);
        assert.equal((file.match(/<image /g) ?? []).length, name === "weights" ? 1 : 0);
        assert.doesNotMatch(file, /NaN|undefined|null/);
        assert.equal((file.match(/<g[ >]/g) ?? []).length, (file.match(/<\/g>/g) ?? []).length);
      }
    }
  });

  test(`the root decision of ${kind} is a file with its key`, () => {
    const file = decisionFile(frame, THEMED, { width: 348, axes: decisionAxes(null, frame) }, null, ABOUT);
    for (const [, words] of decisionKey(frame).flat()) assert.ok(file.includes(`>${words}</text>`), words);
    assert.doesNotMatch(file, /NaN|undefined|<stay>/);
  });
}

test("a key that is too long for its line goes on in the next", () => {
  const key = decisionKey(FRAMES.particles);
  const [wide, narrow] = [600, 240].map((width) => keyNodes(key, THEMED, width));
  assert.ok(narrow.height > wide.height);
  for (const { tag, attributes: { x } } of narrow.nodes) if (tag === "text") assert.ok(x < 240);
});

test("a file is named after its moment, whatever a name may hold", () => {
  assert.equal(fileName({ checkpoint: "a/b \"c\"", environment: "e", planner: "spo", step: 3 }, "world", "svg"), "a-b--c--spo-step-3-world.svg");
  assert.equal(fileName({ checkpoint: "", environment: "walk", planner: "spo", step: 0 }, "decision", "png"), "walk-spo-step-0-decision.png");
});
