import assert from "node:assert/strict";
import { test } from "node:test";

import { decode } from "../../../assets/js/frame/decode.js";
import { Frame } from "../../../assets/js/frame/frame.js";
import { domainOf, steadyAfter } from "../../../assets/js/frame/steady.js";
import { stripRows } from "../../../assets/js/frame/level_series.js";
import { PACE } from "../../../assets/js/lib/steady_axis.js";
import { axisOf } from "../../../assets/js/pictures/axis.js";
import * as strips from "../../../assets/js/pictures/strips.js";
import * as world from "../../../assets/js/pictures/world.js";
import { encode, sampleArrays, sampleMetadata, sampleTree } from "../drawing.mjs";

const OPEN = { particles: ["ess", "kl", "evidence", "temperature"], tree: ["nodes", "q"] };
const SIZE = { width: 800, height: 300 };
const SCENE = JSON.stringify({ focus: [-10, 10, -10, 10], shapes: [] });

/** A sample with some arrays changed, as a plan of a session that plays. */
function playing(buffer, change = (arrays) => arrays, more = {}) {
  const { arrays, metadata } = decode(buffer);
  return new Frame({ arrays: change({ ...arrays }), metadata: { ...metadata, session: "s", playing: "true", scene: SCENE, ...more } });
}
const scaled = (factor, ...names) => (arrays) => ({ ...arrays, ...Object.fromEntries(names.map((name) => [name, { ...arrays[name], data: arrays[name].data.map((value) => factor * value) }])) });
const particles = (...change) => playing(encode(sampleArrays(), sampleMetadata), ...change);

test("while playing the ends of the strips' axes move a little with every plan", () => {
  let steady = steadyAfter(null, particles(), OPEN.particles);
  const wide = particles(scaled(15, "kl", "kl_bound", "log_evidence", "temperature"));
  for (let plan = 0; plan < 60; plan++) {
    const next = steadyAfter(steady, wide, OPEN.particles);
    for (const [id, { low, high }] of next.domains) {
      const before = steady.domains.get(id);
      const most = PACE * (before.high - before.low) + 1e-9;
      assert.ok(Math.abs(low - before.low) <= most && Math.abs(high - before.high) <= most, `${id} jumps`);
    }
    steady = next;
  }
  for (const row of stripRows(wide, OPEN)) {
    const [low, high] = domainOf(steady.domains, row);
    assert.ok(low <= row.domain[0] * 1.0001 && high >= row.domain[1] * 0.9999, `${row.id} has not arrived: ${[low, high]}, ${row.domain}`);
  }
});

test("at rest, and in another session, axes fit at once", () => {
  const before = steadyAfter(null, particles(), OPEN.particles);
  const wide = (more) => steadyAfter(before, particles(scaled(15, "kl", "kl_bound"), more), OPEN.particles).domains.get("kl").high;
  assert.ok(wide({ playing: "false" }) >= 7.5);
  assert.ok(wide({ session: "another" }) >= 7.5);
  assert.ok(wide({}) < 1);
});

test("a tree of another depth does not move the columns while playing", () => {
  const first = playing(sampleTree());
  let steady = steadyAfter(null, first, OPEN.tree);
  assert.equal(steady.levels, 3);
  const deep = Object.create(first, { levels: { value: 5 } });
  steady = steadyAfter(steady, deep, OPEN.tree);
  assert.equal(steady.levels, 8);
  assert.equal(steadyAfter(steady, first, OPEN.tree).levels, 8);
  // Columns beyond the tree are none of its levels.
  const shown = Object.assign(playing(sampleTree()), { steady });
  const axis = axisOf(SIZE.width, shown);
  assert.equal(axis.levelAt(axis.x(7)), 2);
  assert.equal(strips.pick(SIZE, shown, axis.x(7)).level, 2);
});

test("a lens neither comes nor goes while playing, and its magnification does not jump", () => {
  const first = particles();
  let steady = steadyAfter(null, first, []);
  assert.ok(steady.lens);
  const spans = [];
  for (let plan = 0; plan < 20; plan++) {
    const frame = particles(scaled(12, "extent"));
    steady = steadyAfter(steady, frame, []);
    const [, lens] = world.geometry(SIZE, Object.assign(frame, { steady }));
    spans.push(lens.view.scale);
  }
  spans.slice(1).forEach((scale, index) => assert.ok(scale / spans[index] > 1 / (1 + 2 * PACE) && scale / spans[index] < 1 + 2 * PACE, `${spans}`));
  assert.equal(steadyAfter(steady, particles(scaled(12, "extent"), { playing: "false" }), []).lens, false);
});

test("paths without extent are not magnified without end", () => {
  const still = particles((arrays) => ({ ...arrays, extent: { ...arrays.extent, data: arrays.extent.data.map(() => 0.5) } }), { playing: "false" });
  const [whole, lens] = world.geometry(SIZE, still);
  assert.ok(lens.view.scale / whole.view.scale < 500);
});

test("two microscopes side by side have the same axes, whichever of the plans needs more room", () => {
  const [a, b] = [particles(), particles(scaled(6, "kl", "kl_bound", "log_evidence"))];
  const domains = (frame, alongside) => strips.openRows(frame, { strips: OPEN, pinned: null, alongside }).map(({ domain }) => domain);
  assert.deepEqual(domains(a, b), domains(b, a));
  assert.notDeepEqual(domains(a, b), domains(a, null));
  assert.ok(strips.openRows(a, { strips: OPEN, pinned: null, alongside: b }).every(({ ghost }) => ghost === null));
});

test("two microscopes side by side draw paths to one scale, and a lens in both or in neither", () => {
  const [a, b] = [particles(undefined, { playing: "false" }), particles(scaled(12, "extent"), { playing: "false" })];
  const scales = (frame, alongside) => world.geometry(SIZE, frame, alongside).map(({ view: { scale, rise } }) => [scale, rise]);
  assert.equal(scales(a, null).length, 2);
  assert.equal(scales(b, null).length, 1, "its paths are wide enough to be seen without a lens");
  assert.deepEqual(scales(a, b), scales(b, a));
  assert.equal(scales(b, a).length, 2);
  // Frames of different worlds have nothing to share.
  assert.deepEqual(scales(a, Object.assign(particles(scaled(12, "extent")), { environment: "another" })), scales(a, null));
});
