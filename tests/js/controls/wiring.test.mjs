import assert from "node:assert/strict";
import { test } from "node:test";

import { fromShown, Knobs, toShown } from "../../../assets/js/controls/knobs.js";
import { LatencyMeter } from "../../../assets/js/controls/latency.js";
import { Painter } from "../../../assets/js/lib/painter.js";
import { createStore, sameParticle, viewOf } from "../../../assets/js/lib/store.js";
import { warmingText } from "../../../assets/js/controls/status.js";

const LOG = { kind: "live", type: "number", minimum: 0, knob: { minimum: 1e-4, maximum: 10, step: 0.01, scale: "log" } };
const LINEAR = { minimum: 0, maximum: 100, step: 0.1, scale: "linear" };

test("a knob's component and its setting say the same", () => {
  assert.equal(toShown(LOG, 0.01), -2);
  assert.equal(fromShown(LOG, -2), 0.01);
  assert.deepEqual(toShown({ kind: "flag", type: "boolean" }, true), ["on"]);
  assert.equal(fromShown({ kind: "flag", type: "boolean" }, []), false);
  assert.equal(fromShown({ kind: "live", type: "integer", knob: LINEAR }, 3.0000001), 3);
  assert.equal(fromShown({ kind: "live", type: "number", knob: LINEAR }, 0.30000000000000004), 0.3);
});

test("a logarithmic slider says 0 at its lower end, and stays within its ends", () => {
  assert.equal(toShown(LOG, 0), -4);
  assert.equal(fromShown(LOG, -4), 0);
  assert.equal(toShown(LOG, 1000), 1);
  assert.equal(fromShown({ ...LOG, minimum: undefined }, -4), 1e-4);
});

test("a knob that only shows what the server said sends nothing", () => {
  const sent = [];
  globalThis.document = { querySelector: () => null, querySelectorAll: () => [] };
  globalThis.CSS = { escape: (text) => text };
  const knobs = new Knobs((settings) => sent.push(settings), () => {});
  knobs.describe([{ ...LOG, name: "kl_bound", group: "trust region" }], { kl_bound: 0 });
  knobs.turned("kl_bound", -2);
  knobs.show({ kl_bound: 0 });
  knobs.turned("kl_bound", -4);
  assert.deepEqual(sent, []);
  knobs.turned("kl_bound", -2);
  knobs.turned("kl_bound", -2);
  assert.deepEqual(sent, [{ kl_bound: 0.01 }]);
  knobs.show({ kl_bound: 0.01 });
  knobs.reset("*");
  assert.deepEqual(sent.at(-1), { kl_bound: 0 });
});

test("a component that stands where it should is not set again, and one built anew is", () => {
  const set = [];
  globalThis.MutationObserver = class { observe() {} };
  globalThis.document = { querySelector: (query) => (query.startsWith("[data-knob") ? { dataset: {}, querySelector: () => null, toggleAttribute() {} } : null), querySelectorAll: () => [] };
  globalThis.CSS = { escape: (text) => text };
  const knobs = new Knobs(() => {}, ({ name }, { value }) => set.push([name, value]));
  knobs.describe([{ ...LOG, name: "kl_bound", group: "trust region" }], {});
  knobs.show({ kl_bound: 0.1 });
  knobs.show({ kl_bound: 0.1 });
  knobs.turned("kl_bound", -2);
  knobs.show({ kl_bound: 0.01 });
  assert.deepEqual(set, [["kl_bound", -1]]);
  knobs.show({ kl_bound: 1 });
  knobs.built();
  assert.deepEqual(set, [["kl_bound", -1], ["kl_bound", 0], ["kl_bound", 0]]);
});

test("a knob is there only where the session offers what it is about, and a group only where it has a knob", () => {
  const [exact, alpha] = [{ dataset: {}, querySelector: () => null, toggleAttribute() {} }, { dataset: {}, querySelector: () => null, toggleAttribute() {} }];
  const group = (knobs) => ({ querySelector: () => knobs.find(({ hidden }) => !hidden) ?? null });
  const groups = [group([exact]), group([alpha])];
  globalThis.document = {
    querySelector: (query) => (query.includes("value_source") ? exact : query.includes("alpha") ? alpha : null),
    querySelectorAll: (query) => (query === ".knob-group" ? groups : []),
  };
  globalThis.CSS = { escape: (text) => text };
  const knobs = new Knobs(() => {}, () => {});
  knobs.describe([{ name: "value_source", kind: "choice", type: "choice", applies_to: "exact answers" }, { ...LOG, name: "alpha" }], {});
  knobs.show({ value_source: "network", alpha: 1 });
  assert.deepEqual([exact.hidden, alpha.hidden, groups[0].hidden, groups[1].hidden], [true, false, true, false]);
  assert.ok(!knobs.applicable("value_source"));
  knobs.offer(["exact answers"]);
  assert.deepEqual([exact.hidden, groups[0].hidden, knobs.applicable("value_source")], [false, false, true]);
});

test("only the newest frame is painted and every frame is acknowledged once", () => {
  const ticks = [];
  globalThis.requestAnimationFrame = (tick) => ticks.push(tick);
  const [painted, acknowledged] = [[], []];
  const painter = new Painter({ paint: (frame) => painted.push(frame), acknowledge: (frame) => acknowledged.push(frame) });
  painter.offer("a");
  painter.offer("b");
  painter.request("overlay");
  assert.equal(ticks.length, 1);
  ticks.pop()();
  assert.deepEqual([painted, acknowledged], [["b"], ["a", "b"]]);
});

test("a frame whose painting fails is acknowledged all the same", () => {
  globalThis.requestAnimationFrame = () => {};
  const acknowledged = [];
  const painter = new Painter({ paint: () => { throw new Error("no"); }, acknowledge: (frame) => acknowledged.push(frame) });
  painter.offer("a");
  assert.throws(() => painter.tick(), /no/);
  assert.deepEqual(acknowledged, ["a"]);
});

test("an error in a picture is told, reported once, and the next frame is painted", () => {
  globalThis.requestAnimationFrame = () => {};
  const [told, reported, acknowledged] = [[], [], []];
  globalThis.reportError = (error) => reported.push(error.message);
  const hooks = { paint: (frame) => { if (frame === "a") throw new Error("no"); }, acknowledge: (frame) => acknowledged.push(frame), trouble: (error) => told.push(error.message) };
  const painter = new Painter(hooks);
  for (const frame of ["a", "b"]) {
    painter.offer(frame);
    painter.tick();
  }
  assert.deepEqual([told, reported, acknowledged], [["no"], ["no"], ["a", "b"]]);
});

test("latency runs from the change to the first frame planned with it", () => {
  const meter = new LatencyMeter();
  meter.sending({ alpha: 0.1 });
  meter.sending({ alpha: 0.2 });
  meter.confirmed({ alpha: 0.2 }, 5);
  meter.frame(4);
  assert.equal(meter.latencies.length, 0);
  meter.frame(5);
  assert.equal(meter.latencies.length, 2);
});

test("a change that was refused is never waited for", () => {
  const meter = new LatencyMeter();
  meter.sending({ alpha: 2 });
  meter.refused();
  meter.sending({ alpha: 0.5 });
  meter.confirmed({ alpha: 0.5 }, 2);
  meter.frame(2);
  assert.equal(meter.latencies.length, 1);
});

test("listeners hear only of what changed", () => {
  const store = createStore({ level: 1, hover: null });
  const heard = [];
  store.subscribe(["level"], ({ level }) => heard.push(level));
  store.set({ level: 1 });
  store.set({ hover: { level: 2, slot: 0 } });
  store.set({ level: 3 });
  assert.deepEqual(heard, [3]);
});

test("pointing looks elsewhere for as long as it lasts, and a smaller plan keeps the cursor inside", () => {
  const frame = { levels: 3, slots: 4 };
  const selection = { level: 2, slot: 3 };
  const strips = { particles: [] };
  const nothing = { pinned: null, layout: undefined, film: null, window: undefined, hidden: undefined, box: null, compared: null, heat: false, projection: null, alongside: null };
  assert.deepEqual(viewOf({ frame, level: 9, hover: null, selection, strips }), { level: 2, particle: selection, action: null, strips, kept: selection, ...nothing });
  assert.deepEqual(viewOf({ frame, level: 1, hover: { level: 0, slot: 1 }, selection }).particle, { level: 0, slot: 1 });
  assert.equal(viewOf({ frame: { levels: 2, slots: 4 }, level: 1, hover: null, selection }).particle, null);
  assert.ok(sameParticle({ level: 1, slot: 2 }, { level: 1, slot: 2 }));
  assert.ok(!sameParticle({ level: 1, slot: 2 }, null));
});

test("programs compiled ahead are counted until all are there", () => {
  assert.equal(warmingText({ warming: { ready: 3, of: 10 } }), "3 of 10 environments ready");
  assert.equal(warmingText({ warming: { ready: 10, of: 10 } }), "");
  assert.equal(warmingText({ warming: null }), "");
});
