import assert from "node:assert/strict";
import { test } from "node:test";

import { levelAxis } from "../../../assets/js/pictures/axis.js";
import * as genealogy from "../../../assets/js/pictures/genealogy.js";
import { runs } from "../../../assets/js/pictures/genealogy_marks.js";
import { legendRows } from "../../../assets/js/pictures/gutter.js";
import { camera } from "../../../assets/js/pictures/scene.js";
import * as strips from "../../../assets/js/pictures/strips.js";
import * as weights from "../../../assets/js/pictures/weights.js";
import * as world from "../../../assets/js/pictures/world.js";
import { readFrame } from "../../../assets/js/frame/frame.js";
import { wrapped } from "../../../assets/js/pictures/pen.js";
import { recordingContext, spanOf } from "../canvas.mjs";
import { continuousSample, encode, sampleArrays, sampleMetadata, THEME } from "../drawing.mjs";

const frame = readFrame(encode(sampleArrays(), sampleMetadata));
const SIZE = { width: 800, height: 300 };

test("every column is found again from its own position", () => {
  for (const width of [340, 824, 2000]) {
    const axis = levelAxis(width, 24);
    for (let level = 0; level < 24; level++) assert.equal(axis.levelAt(axis.x(level)), level);
    const [left, column] = axis.band(23);
    assert.ok(left + column <= axis.right + 1e-9);
  }
});

test("pictures that share the axis agree about the level under a point", () => {
  const x = levelAxis(SIZE.width, frame.levels).x(1);
  assert.equal(genealogy.geometry(SIZE, frame).pick(x, 100).level, 1);
  assert.equal(weights.geometry(SIZE, frame).pick(x, 100).level, 1);
  assert.equal(strips.pick(SIZE, frame, x).level, 1);
});

test("a node of the genealogy is picked where it is drawn", () => {
  const place = genealogy.geometry(SIZE, frame);
  for (let id = 0; id < 12; id++) assert.deepEqual(place.pick(place.x(id), place.y(id)), { level: Math.floor(id / 4), slot: id % 4 });
  assert.ok(place.x(-1) < place.x(0));
});

test("the legend's rows name root actions, and their counts follow the level", () => {
  assert.deepEqual(legendRows(frame, 2).map(({ name, count }) => [name, count]), [["left", 3], ["right", 1], ["<stay>", 0]]);
  assert.deepEqual(genealogy.pick(SIZE, frame, 20, 28, {}), { action: 0 });
  assert.equal(genealogy.pick(SIZE, frame, 400, 28, {}).action, undefined);
});

test("counts beside the genealogy say which level they are of, and keep off the names", () => {
  const many = { actions: ["counterclockwise", "none", "a door that is opened slowly", "up", "down", "jump", "fire", "stay"] };
  const arrays = { ...sampleArrays(), root_counts: ["I32", [3, 8], Array(24).fill(1024)], root_policy: ["F32", [8], Array(8).fill(1 / 8)] };
  const crowded = readFrame(encode(arrays, { ...sampleMetadata, actions: JSON.stringify(many.actions) }));
  crowded.slots = 4096;
  for (const shown of [frame, crowded, readFrame(continuousSample())]) {
    for (const size of [SIZE, { width: 340, height: 200 }, { width: 340, height: 600 }, { width: 824, height: 130 }]) {
      const context = recordingContext();
      const view = { level: 1, action: null, particle: null };
      genealogy.draw(context, size, shown, view, THEME);
      genealogy.overlay(context, size, shown, view, THEME);
      assert.equal(context.texts.filter(({ text }) => text.endsWith("level 1")).length, 1);
      const { axis } = genealogy.geometry(size, shown);
      if (shown.continuous) for (const value of shown.values) assert.ok(context.texts.some(({ text }) => text.endsWith(value)), `${value} is cut`);
      const gutter = context.texts.filter(({ x }) => x < axis.left);
      for (const one of gutter) {
        const [from, to] = spanOf(one);
        assert.ok(from >= 0 && to <= axis.left, `"${one.text}" leaves the gutter: ${[from, to]}`);
        for (const other of gutter) {
          const [start, end] = spanOf(other);
          assert.ok(one === other || Math.abs(one.y - other.y) >= 11 || to <= start || end <= from, `"${one.text}" and "${other.text}" overlap`);
        }
      }
    }
  }
});

test("neighbours with the same root action are a run, which has a glyph where there is room", () => {
  assert.deepEqual(runs(frame, 1), [{ action: 0, from: 0, to: 1 }, { action: 1, from: 2, to: 3 }]);
  const drawn = (height) => {
    const context = recordingContext();
    genealogy.draw(context, { width: 800, height }, frame, { level: 1, action: null, particle: null }, THEME);
    // Circles are arcs, other glyphs are closed outlines.
    return context.calls.filter((name) => name === "closePath").length;
  };
  assert.ok(drawn(300) > 0);
  assert.equal(drawn(45), 0);
});

test("the ends of a strip's axis have as many decimals and are not the same", () => {
  const close = readFrame(encode({ ...sampleArrays(), evidence_variance: ["F64", [3], [0.99991, 0.99992, 0.99993]] }, { ...sampleMetadata, variance_objections: "[]" }));
  for (const open of [["variance"], ["kl"], ["evidence"], ["ess"]]) {
    const context = recordingContext();
    strips.draw(context, SIZE, close, { strips: { particles: open, tree: [] } }, THEME);
    const [high, low] = context.texts.map(({ text }) => text);
    assert.notEqual(high, low);
    assert.equal(high.split(".")[1]?.length, low.split(".")[1]?.length, `${high} and ${low}`);
  }
});

test("what is read off a strip keeps off the ends of its axis", () => {
  const small = readFrame(encode({ ...sampleArrays(), ess: ["F32", [3], [0.0173, 0.0174, 0.0175]], perplexity: ["F64", [3], [0.0211, 0.0212, 0.0213]] }, sampleMetadata));
  for (const size of [SIZE, { width: 600, height: 60 }, { width: 340, height: 200 }]) {
    for (const open of [["ess"], ["parts"], ["kl"]]) {
      const context = recordingContext();
      const view = { level: 1, strips: { particles: open, tree: [] } };
      strips.draw(context, size, small, view, THEME);
      strips.overlay(context, size, small, view, THEME);
      for (const one of context.texts) {
        for (const other of context.texts) {
          const [[from, to], [start, end]] = [spanOf(one), spanOf(other)];
          assert.ok(one === other || Math.abs(one.y - other.y) >= 11 || to <= start || end <= from, `${open}: "${one.text}" and "${other.text}" overlap`);
        }
      }
    }
  }
});

test("the camera keeps circles round, y upwards and the focus inside", () => {
  const view = camera({ width: 400, height: 100 }, [-1, 1, 0, 1], 10);
  assert.equal(view.scale, 80);
  assert.ok(view.y(1) < view.y(0));
  assert.ok(view.x(-1) >= 10 && view.x(1) <= 390);
  const [x, y] = view.world(view.x(0.3), view.y(0.7));
  assert.ok(Math.abs(x - 0.3) < 1e-9 && Math.abs(y - 0.7) < 1e-9);
});

test("a particle is picked where its step leads, and nothing in the void", () => {
  const place = world.geometry(SIZE, frame).at(-1);
  assert.deepEqual(world.pick(SIZE, frame, place.x(9), place.y(9)), { level: 2, slot: 1 });
  assert.equal(world.pick(SIZE, frame, 799, 1), null);
});

test("paths that fill little of the focus get a lens beside the whole", () => {
  const small = readFrame(encode(sampleArrays(), { ...sampleMetadata, scene: JSON.stringify({ focus: [-10, 10, -1, 1], shapes: [] }) }));
  const [whole, lens] = world.geometry(SIZE, small);
  assert.ok(lens.view.scale > whole.view.scale);
  assert.equal(whole.width + lens.width, SIZE.width);
});

test("a caption stands beside a scene that leaves room there, and above one that does not", () => {
  const words = "row 4, column 2; the goal is at row 8, column 9";
  for (const [focus, width, caption, top] of [
    [[0, 10, 0, 10], 800, words, 0], [[0, 10, 0, 10], 800, words.repeat(4), 28], [[0, 30, 0, 10], 800, words, 14], [[0, 10, 0, 10], 340, words, 14],
  ]) {
    const scene = JSON.stringify({ focus, shapes: [], caption });
    const shown = Object.assign(readFrame(encode(sampleArrays(), { ...sampleMetadata, scene })), { steady: { paths: null, lens: false } });
    const [place] = world.geometry({ width, height: 300 }, shown);
    const above = Math.round(place.view.y(focus[3]) - Math.max((300 - top - place.view.rise * (focus[3] - focus[2])) / 2, 0));
    assert.equal(above, top, `${focus} ${width}`);
    // Beside the scene it ends before the scene begins.
    assert.ok(top ? place.captioned === place.width : place.captioned <= place.view.x(focus[0]));
  }
});

test("a caption breaks where its view ends, and never within a word", () => {
  const fits = (text) => text.length <= 12;
  assert.deepEqual(wrapped("cart at 0.02, pole upright", fits), ["cart at", "0.02, pole", "upright"]);
  assert.deepEqual(wrapped("incomprehensibilities", fits), ["incomprehensibilities"]);
});
