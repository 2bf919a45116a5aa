// The window on the genealogy: it never leaves the picture, keeps the point that it is magnified around, and what is pointed at is what is drawn there.

import assert from "node:assert/strict";
import { test } from "node:test";

import { levelAxis } from "../../../assets/js/pictures/axis.js";
import * as genealogy from "../../../assets/js/pictures/genealogy.js";
import { followGestures, timesOf } from "../../../assets/js/pictures/gestures.js";
import { centred, fitted, inside, isWhole, leastOf, moved, narrateWindow, ofPicture, revealing, shapeOf, WHOLE, zoomed } from "../../../assets/js/pictures/window.js";
import { readFrame } from "../../../assets/js/frame/frame.js";
import { NOTHING_HIDDEN } from "../../../assets/js/frame/marks.js";
import { Lifetime } from "../../../assets/js/lib/lifetime.js";
import { recordingContext } from "../canvas.mjs";
import { encode, sampleArrays, sampleMetadata, sampleTree, THEME } from "../drawing.mjs";

const LEAST = { wide: 0.1, high: 0.02 };
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);
const frame = readFrame(encode(sampleArrays(), sampleMetadata));
const SIZE = { width: 800, height: 300 };
const VIEW = { level: 1, action: null, particle: null, layout: { from: "slots", to: "slots", share: 1 } };

/** Numbers that only look random, from 0 to 1. */
function* numbers(seed) {
  for (let state = seed * 7919 + 1; ; state = (state * 48271) % 2147483647) yield state / 2147483647;
}

test("wherever one magnifies and moves, the window stays within the picture and its limits", () => {
  const random = numbers(3);
  const next = () => random.next().value;
  let window = WHOLE;
  for (let turn = 0; turn < 3000; turn++) {
    const point = ofPicture(window, { x: next(), y: next() });
    window = next() < 0.6 ? zoomed(window, point, 0.4 + 2 * next(), LEAST) : moved(window, 2 * next() - 1, 2 * next() - 1);
    assert.ok(window.x >= 0 && window.y >= 0 && window.x + window.wide <= 1 + 1e-9 && window.y + window.high <= 1 + 1e-9);
    assert.ok(window.wide >= LEAST.wide - 1e-12 && window.high >= LEAST.high - 1e-12);
  }
});

test("the point magnified around stays where it is", () => {
  const random = numbers(5);
  for (let turn = 0; turn < 200; turn++) {
    const [x, y] = [0.3 + 0.4 * random.next().value, 0.3 + 0.4 * random.next().value];
    const first = zoomed(WHOLE, { x, y }, 2, LEAST);
    near((x - first.x) / first.wide, x);
    near((y - first.y) / first.high, y);
    const second = zoomed(first, { x, y }, 3, LEAST);
    near((x - second.x) / second.wide, x);
  }
});

test("both directions reach the nearest view together, and the whole picture again", () => {
  let window = WHOLE;
  for (let turn = 0; turn < 60; turn++) window = zoomed(window, { x: 0.5, y: 0.5 }, 1.1, LEAST);
  near(window.wide, LEAST.wide);
  near(window.high, LEAST.high);
  const almost = zoomed(WHOLE, { x: 0.5, y: 0.5 }, 1 / LEAST.high ** 0.5, LEAST);
  near(almost.wide, LEAST.wide ** 0.5);
  for (let turn = 0; turn < 60; turn++) window = zoomed(window, { x: 0.2, y: 0.9 }, 1 / 1.1, LEAST);
  assert.equal(window, WHOLE);
  assert.ok(isWhole(undefined) && isWhole(WHOLE) && !isWhole({ ...WHOLE, high: 0.5 }));
});

test("a window goes to a box, around a point, and only as far as it has to", () => {
  const box = fitted({ x0: 0.4, x1: 0.6, y0: 0.1, y1: 0.2 }, LEAST);
  assert.ok(box.x < 0.4 && box.x + box.wide > 0.6 && box.y < 0.1 && box.y + box.high > 0.2);
  assert.deepEqual(fitted({ x0: 0.5, x1: 0.5, y0: 1, y1: 1 }, LEAST), { x: 0.45, y: 0.98, wide: 0.1, high: 0.02 });
  const window = { x: 0.4, y: 0.4, wide: 0.2, high: 0.2 };
  assert.deepEqual(revealing(window, { x: 0.41 }), window);
  const shown = revealing(window, { x: 0.9, y: 0.1 });
  assert.ok(shown.x < 0.9 && shown.x + shown.wide > 0.9 && shown.y < 0.1 && shown.y + shown.high > 0.1);
  const { x, y } = centred(window, { x: 0.7, y: 0.05 });
  near(x, 0.6);
  assert.equal(y, 0);
  assert.deepEqual(inside({ x: -1, y: 2, wide: 0.5, high: 5 }, LEAST), { x: 0, y: 0, wide: 0.5, high: 1 });
  assert.equal(narrateWindow({ x: 0, y: 0, wide: 0.5, high: 0.125 }), "× 2 across, 8 down");
});

test("a magnified axis shows its levels where the pointer finds them, and labels only those", () => {
  for (const window of [{ x: 0.3, y: 0, wide: 0.25, high: 1 }, { x: 0, y: 0, wide: 0.1, high: 1 }, { x: 0.9, y: 0, wide: 0.1, high: 1 }]) {
    const axis = levelAxis(824, 24, 24, false, window);
    for (let level = axis.first; level <= axis.last; level++) if (axis.shows(level)) assert.equal(axis.levelAt(axis.x(level)), level);
    assert.ok(axis.levelAt(0) >= axis.first && axis.levelAt(5000) <= axis.last);
    assert.ok(axis.ticks().length > 0 && axis.ticks().every((tick) => axis.shows(tick)));
    for (const level of [0, 11, 23]) near(axis.ofPart(axis.part(level)), axis.x(level));
  }
});

test("what is pointed at in a window is what is drawn there", () => {
  const window = { x: 0.2, y: 0.4, wide: 0.6, high: 0.5 };
  for (const layout of ["slots", "tree", "river"]) {
    const view = { ...VIEW, window, hidden: NOTHING_HIDDEN, layout: { from: layout, to: layout, share: 1 } };
    const place = genealogy.geometry(SIZE, frame, view.layout, window);
    let seen = 0;
    for (let node = 0; node < frame.size; node++) {
      if (!place.axis.shows(frame.level[node]) || place.y(node) < place.top || place.y(node) > place.bottom) continue;
      assert.deepEqual(genealogy.pick(SIZE, frame, place.x(node), place.y(node), view), frame.particleAt(node), layout);
      seen++;
    }
    assert.ok(seen > 1 && seen < frame.size, `${layout}: ${seen}`);
  }
});

test("particles of a hidden root action are not pointed at", () => {
  const place = genealogy.geometry(SIZE, frame);
  const [x, y] = [place.x(0), place.y(0)];
  assert.deepEqual(genealogy.pick(SIZE, frame, x, y, VIEW), { level: 0, slot: 0 });
  assert.equal(genealogy.pick(SIZE, frame, x, y, { ...VIEW, hidden: { marks: [], actions: [frame.root[0]] } }), null);
});

test("nothing is written outside the window, and hidden marks are not drawn", () => {
  const context = recordingContext();
  const window = { x: 0.4, y: 0.2, wide: 0.4, high: 0.4 };
  genealogy.draw(context, SIZE, frame, { ...VIEW, window }, THEME);
  genealogy.overlay(context, SIZE, frame, { ...VIEW, window }, THEME);
  const { axis } = genealogy.geometry(SIZE, frame, VIEW.layout, window);
  for (const { text, x } of context.texts) assert.ok(x <= axis.left || (x >= axis.left && x <= axis.right), text);
  assert.equal(context.calls.filter((name) => name === "save").length, context.calls.filter((name) => name === "restore").length);
  const arcs = (hidden) => {
    const drawn = recordingContext();
    genealogy.draw(drawn, SIZE, frame, { ...VIEW, hidden }, THEME);
    return drawn.calls.filter((name) => name === "arc").length;
  };
  const all = arcs(NOTHING_HIDDEN);
  assert.ok(arcs({ marks: ["particles"], actions: [] }) < all);
  assert.ok(arcs({ marks: ["particles", "glyphs", "revivals"], actions: [] }) < arcs({ marks: ["particles"], actions: [] }));
});

test("a plan of another shape is another picture; the next plan of the same is not", () => {
  assert.equal(shapeOf(frame), shapeOf(readFrame(encode(sampleArrays(), { ...sampleMetadata, step: "7", seed: "4" }))));
  assert.notEqual(shapeOf(frame), shapeOf(readFrame(encode(sampleArrays(), { ...sampleMetadata, slots: "8" }))));
  assert.notEqual(shapeOf(frame), shapeOf(readFrame(encode(sampleArrays(), { ...sampleMetadata, actions: '["a", "b", "c"]' }))));
  // The depth and the leaves of a tree are others with every plan.
  const tree = readFrame(sampleTree());
  assert.equal(shapeOf(tree), shapeOf(Object.assign(readFrame(sampleTree()), { levels: 9, slots: 30 })));
  assert.deepEqual(leastOf(frame), { wide: 1, high: 1 });
});

/** An element that only hears. */
class Heard extends EventTarget {
  clientWidth = 200;
  parentElement = null;
  getBoundingClientRect() {
    return { left: 0, top: 0, width: 200, height: 100 };
  }
  setPointerCapture() {}
  say(type, x, y, more = {}) {
    const event = Object.assign(new Event(type, { cancelable: true }), { clientX: x, clientY: y, pointerId: 1, button: 0, shiftKey: false, ...more });
    this.dispatchEvent(event);
    return event;
  }
}

function gestures(movable) {
  const [element, said] = [new Heard(), []];
  const hooks = {
    plot: () => ({ left: 0, top: 0, width: 200, height: 100 }), movable: () => movable,
    zoom: (point, times) => Boolean(said.push(["zoom", point, times])), move: (across, down) => said.push(["move", across, down]),
    box: (from, to, done) => said.push(["box", from, to, done]),
  };
  return { element, said, ...followGestures(/** @type {any} */ (element), hooks, new Lifetime()) };
}

test("a drag moves what is magnified and is no click; a click is no drag", () => {
  const { element, said, busy } = gestures(true);
  element.say("pointerdown", 100, 50);
  element.say("pointermove", 102, 51);
  assert.deepEqual([said, busy()], [[], false]);
  element.say("pointerup", 102, 51);
  assert.equal(busy(), false);
  element.say("pointerdown", 100, 50);
  element.say("pointermove", 120, 50);
  element.say("pointerup", 120, 50);
  assert.equal(said.length, 1);
  near(said[0][1], -0.1);
  assert.equal(busy(), true, "the click that ends the drag");
  element.say("pointerdown", 10, 10);
  assert.equal(busy(), false);
});

test("a drag over the whole picture does nothing; with shift it draws a box", () => {
  const { element, said } = gestures(false);
  element.say("pointerdown", 100, 50);
  element.say("pointermove", 150, 50);
  element.say("pointerup", 150, 50);
  assert.deepEqual(said, []);
  element.say("pointerdown", 20, 10, { shiftKey: true });
  element.say("pointermove", 60, 50);
  element.say("pointerup", 100, 60);
  assert.deepEqual(said, [["box", { x: 0.1, y: 0.1 }, { x: 0.3, y: 0.5 }, false], ["box", { x: 0.1, y: 0.1 }, { x: 0.5, y: 0.6 }, true]]);
});

test("two fingers magnify by how far they part, around the middle between them", () => {
  const { element, said } = gestures(false);
  element.say("pointerdown", 80, 50, { pointerId: 1 });
  element.say("pointerdown", 120, 50, { pointerId: 2 });
  element.say("pointermove", 160, 50, { pointerId: 2 });
  const [, point, times] = said.find(([what]) => what === "zoom");
  near(point.x, 0.6);
  near(times, 2);
});

test("the wheel magnifies with ctrl, and alone where nothing scrolls", () => {
  globalThis.document = /** @type {any} */ ({ scrollingElement: { scrollHeight: 100, clientHeight: 100 }, body: null });
  try {
    const { element, said } = gestures(false);
    assert.ok(element.say("wheel", 50, 50, { deltaY: -120, deltaMode: 0, ctrlKey: true, metaKey: false }).defaultPrevented);
    assert.ok(element.say("wheel", 50, 50, { deltaY: -120, deltaMode: 0, ctrlKey: false, metaKey: false }).defaultPrevented);
    globalThis.document.scrollingElement.scrollHeight = 300;
    assert.ok(!element.say("wheel", 50, 50, { deltaY: -120, deltaMode: 0, ctrlKey: false, metaKey: false }).defaultPrevented);
    assert.equal(said.length, 2);
  } finally {
    delete globalThis.document;
  }
  assert.ok(timesOf({ deltaY: -120, deltaMode: 0 }) > 1.3 && timesOf({ deltaY: 3, deltaMode: 1 }) < 1 && timesOf({ deltaY: -2, deltaMode: 0 }) < 1.03);
});
