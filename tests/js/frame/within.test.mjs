// Particles within a box, the strands of the river, and the marks of the legend.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrame } from "../../../assets/js/frame/frame.js";
import { heights, riverBands, strands } from "../../../assets/js/frame/layouts.js";
import { hidesAny, marksOf, NOTHING_HIDDEN, shows, showsAction, toggled } from "../../../assets/js/frame/marks.js";
import { boxNumbers, lineagesOf, narrateBox, nodesWithin } from "../../../assets/js/frame/within.js";
import { encode, sampleArrays, sampleMetadata, sampleTree } from "../drawing.mjs";

const frame = readFrame(encode(sampleArrays(), sampleMetadata));
const ALL = { x0: 0, x1: 1, y0: 0, y1: 1, layout: "slots" };
/** A box around one level of three. */
const around = (level, y0 = 0, y1 = 1) => ({ ...ALL, x0: (level + 0.6) / 3.5, x1: (level + 1.4) / 3.5, y0, y1 });

test("a box holds the particles that take a step where it was drawn", () => {
  const alive = [...frame.alive].flatMap((flag, node) => (flag ? [node] : []));
  assert.deepEqual(nodesWithin(frame, ALL), alive);
  const own = nodesWithin(frame, around(1));
  assert.deepEqual(own, alive.filter((node) => frame.level[node] === 1));
  const upper = nodesWithin(frame, around(1, 0, 0.5));
  assert.deepEqual(upper, own.filter((node) => frame.slot[node] < 2));
  assert.deepEqual(nodesWithin(frame, { ...ALL, x0: 0.999 }), []);
  for (const layout of ["tree", "river"]) {
    const half = nodesWithin(frame, { ...around(2, 0, 0.5), layout });
    assert.deepEqual(half, alive.filter((node) => frame.level[node] === 2 && heights(frame, layout)[node] <= 0.5));
  }
  const [action] = frame.root;
  assert.ok(nodesWithin(frame, ALL, [action]).every((node) => frame.root[node] !== action));
});

test("its numbers are those of its particles: mass, root actions, descendants counted once", () => {
  const own = nodesWithin(frame, around(0));
  const { steps, mass, roots, reached, from, to } = boxNumbers(frame, own);
  assert.deepEqual([steps, from, to], [own.length, 0, 0]);
  const weight = own.reduce((sum, node) => sum + frame.weight[node] / frame.slots, 0);
  assert.ok(Math.abs(mass[0] - weight) < 1e-6 && mass[0] === mass[1]);
  assert.equal(roots.reduce((sum, { number }) => sum + number, 0), own.length);
  const everything = boxNumbers(frame, nodesWithin(frame, ALL));
  // One was revived at the root: those of the later levels descend from the first, or from it.
  assert.ok(everything.reached >= reached && everything.reached <= frame.slots, `${everything.reached}`);
  assert.ok(lineagesOf(frame, nodesWithin(frame, around(2))).some((node) => frame.level[node] === 0));
});

test("a line says what a box holds", () => {
  assert.equal(narrateBox(frame, []), "No particle in the box.");
  const one = narrateBox(frame, nodesWithin(frame, around(0)));
  assert.match(one, /^\d+ particles at level 0: [\d.]+ % of the level's weight; root action left \d, right \d; \d of 4 at the last level descend from them\.$/);
  assert.match(narrateBox(frame, nodesWithin(frame, ALL)), /^\d+ steps at levels 0 to 2: .* of each level's weight; root action /);
  const tree = readFrame(sampleTree());
  assert.match(narrateBox(tree, nodesWithin(tree, { ...ALL, layout: "river" })), /nodes at levels 0 to \d+: .* of each level's visits; root action [^;]+\.$/);
});

test("strands fill the bands of the river, and share their parents", () => {
  const { top, bottom, fromTop, fromBottom } = strands(frame);
  for (const { action, top: from, bottom: to } of riverBands(frame)) {
    for (let level = 0; level < frame.levels; level++) {
      const own = [...frame.slot.keys()].filter((node) => frame.level[node] === level && frame.root[node] === action);
      const high = own.reduce((sum, node) => sum + bottom[node] - top[node], 0);
      assert.ok(Math.abs(high - (to[level] - from[level])) < 1e-9);
    }
  }
  for (let node = 0; node < frame.size; node++) {
    const parent = frame.parent[node];
    assert.ok(fromTop[node] <= fromBottom[node] + 1e-12);
    if (parent < 0 || frame.level[parent] !== frame.level[node] - 1) continue;
    assert.ok(fromTop[node] >= top[parent] - 1e-9 && fromBottom[node] <= bottom[parent] + 1e-9);
  }
});

test("the legend has what the picture can have, and hides and shows it again", () => {
  const ids = (of, view) => marksOf(of, view).map(({ id }) => id);
  const river = { layout: { to: "river" }, pinned: null };
  const slots = { layout: { to: "slots" }, pinned: frame };
  assert.ok(ids(frame, river).includes("bands") && !ids(frame, river).includes("pinned") && !ids(frame, river).includes("particles"));
  assert.ok(ids(frame, slots).includes("pinned") && !ids(frame, slots).includes("bands"));
  assert.ok(!ids(readFrame(sampleTree()), slots).includes("revivals"));
  const hidden = toggled(toggled(NOTHING_HIDDEN, "marks", "endings"), "actions", 2);
  assert.deepEqual([shows({ hidden }, "endings"), shows({ hidden }, "revivals"), showsAction({ hidden }, 2), showsAction({}, 2)], [false, true, false, true]);
  assert.ok(hidesAny(hidden) && !hidesAny(toggled(toggled(hidden, "marks", "endings"), "actions", 2)));
});
