import assert from "node:assert/strict";
import { test } from "node:test";

import { Frame } from "../../../assets/js/frame/frame.js";
import { decode } from "../../../assets/js/frame/decode.js";
import { steadyAfter } from "../../../assets/js/frame/steady.js";
import { inAxes, roundTicks } from "../../../assets/js/pictures/chart.js";
import { geometry } from "../../../assets/js/pictures/world.js";
import { encode, sampleArrays, sampleMetadata } from "../drawing.mjs";

const PROJECTION = { name: "angles", x: "one, degrees", y: "other, degrees" };
const made = (more = {}) => new Frame(decode(encode(sampleArrays(), { ...sampleMetadata, projections: JSON.stringify([PROJECTION]), scene: '{"focus": [-1, 1, 0, 1], "shapes": [], "caption": "here"}', ...more })));

test("ticks are round, inside the axis, and as fine as their step", () => {
  assert.deepEqual(roundTicks(-47, 43, 5).map(({ text }) => text), ["−40", "−20", "0", "20", "40"]);
  assert.deepEqual(roundTicks(0.013, 0.031, 2).map(({ text }) => text), ["0.02", "0.03"]);
  assert.deepEqual(roundTicks(5.2, 5.9, 0.2), []);
});

test("in a projection all paths lie inside the axes, each axis by itself, without picture or lens", () => {
  const frame = made({ projection: JSON.stringify(PROJECTION) });
  assert.equal(frame.picture, null);
  const size = { width: 600, height: 200 };
  const [place, ...more] = geometry(size, frame);
  assert.equal(more.length, 0);
  const box = inAxes(600, 200);
  for (let node = -1; node < frame.size; node++) {
    assert.ok(place.x(node) >= box.left && place.x(node) <= box.left + box.width, `${node}`);
    assert.ok(place.y(node) >= box.top && place.y(node) <= box.top + box.height, `${node}`);
  }
  assert.ok(Math.abs(place.view.scale - place.view.rise) > 1);
});

test("a plan in a projection is drawn otherwise than in its picture, and its axes follow no picture", () => {
  const [picture, chart] = [made(), made({ projection: JSON.stringify(PROJECTION) })];
  assert.ok(!chart.drawsTheSame(picture) && picture.drawsTheSame(made()));
  const before = steadyAfter(null, picture, []);
  assert.notEqual(steadyAfter(before, chart, []).of, before.of);
});
