// Pictures of panels follow plan after plan: what stays of them is not made anew.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { build, line, node, patch, text } from "../../../assets/js/panels/shapes.js";

/** As much of a document as pictures need; counts what is written. */
class Part {
  constructor(localName, data) {
    Object.assign(this, { localName, data, nodeType: localName ? 1 : 3, childNodes: [], attributes: new Map(), parent: null });
  }
  setAttribute(name, value) {
    written.push(name);
    this.attributes.set(name, value);
  }
  removeAttribute(name) {
    written.push(`-${name}`);
    this.attributes.delete(name);
  }
  append(...parts) {
    for (const part of parts) this.childNodes.push(Object.assign(typeof part === "string" ? new Part(null, part) : part, { parent: this }));
  }
  get lastChild() {
    return this.childNodes.at(-1);
  }
  remove() {
    this.parent.childNodes.splice(this.parent.childNodes.indexOf(this), 1);
  }
  replaceWith(part) {
    this.parent.childNodes[this.parent.childNodes.indexOf(this)] = Object.assign(typeof part === "string" ? new Part(null, part) : part, { parent: this.parent });
  }
}

let written = [];
beforeEach(() => {
  written = [];
  globalThis.document = /** @type {any} */ ({ createElementNS: (_, name) => new Part(name) });
});
afterEach(() => {
  delete globalThis.document;
});

/** A part as it would be written in a file. */
const said = (part) => (part.localName ? [part.localName, Object.fromEntries([...part.attributes].sort()), ...part.childNodes.map(said)] : part.data);

const PICTURES = [
  [line(0, 0, 10, 0, "red"), text(1, 2, "one", { fill: "blue" }), node("g", { opacity: 0.5 }, line(1, 1, 2, 2, "green"), "words")],
  [line(0, 0, 12.3456, 0, "red"), text(1, 2, "two", {}), node("g", {}, "words", line(1, 1, 2, 2, "green"))],
  [text(1, 2, "two", {})],
  [],
  [node("g", {}, node("g", {}, text(0, 0, "deep"))), line(0, 0, 1, 1, "red")],
];

test("whatever came before, a picture is as if it had been made anew", () => {
  const kept = new Part("svg");
  for (const picture of [...PICTURES, ...PICTURES.toReversed(), PICTURES[0], PICTURES[1]]) {
    patch(/** @type {any} */ (kept), picture);
    assert.deepEqual(kept.childNodes.map(said), picture.map(build).map(said));
  }
});

test("only what has changed is written, and elements stay", () => {
  const kept = new Part("svg");
  patch(/** @type {any} */ (kept), PICTURES[0]);
  const before = [...kept.childNodes];
  written = [];
  patch(/** @type {any} */ (kept), PICTURES[0].map((each) => ({ ...each })));
  assert.deepEqual(written, []);
  patch(/** @type {any} */ (kept), [line(0, 0, 12.3456, 0, "red"), ...PICTURES[0].slice(1)]);
  assert.deepEqual(written, ["x2"]);
  assert.equal(kept.childNodes[0].attributes.get("x2"), "12.35");
  assert.deepEqual(kept.childNodes, before);
});
