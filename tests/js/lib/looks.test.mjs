import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

const read = (path) => readFileSync(new URL(`../../../assets/${path}`, import.meta.url), "utf8");
const SCRIPT = read("js/looks.js");

/** The script in a window of its own. */
function opened({ kept = /** @type {string | null} */ (null), width = 1440, height = 900 } = {}) {
  const [attributes, listeners, style] = [new Map(), new Map(), new Map()];
  const root = {
    style: { setProperty: (name, value) => style.set(name, value) },
    getAttribute: (name) => attributes.get(name) ?? null, setAttribute: (name, text) => attributes.set(name, text),
  };
  const storage = { text: kept, getItem() { return this.text; }, setItem(_, text) { this.text = text; } };
  const scope = { document: { documentElement: root }, localStorage: storage, innerWidth: width, innerHeight: height, addEventListener: (type, heard) => listeners.set(type, heard) };
  runInNewContext(SCRIPT, scope);
  return { attributes, listeners, style, storage, scope, looks: /** @type {any} */ (scope).twistscopeLooks };
}

test("widths that the style sheets ask for are counted, and no others", () => {
  const asked = ["twistscope.css", "checkpoints.css", "lesson.css", "lesson_cards.css"].flatMap((name) => [...read(`css/${name}`).matchAll(/data-(below|low)~="(\d+)"/g)].map(([, side, limit]) => `${side} ${limit}`));
  const { attributes } = opened({ width: 1, height: 1 });
  const counted = ["below", "low"].flatMap((side) => attributes.get(`data-${side}`).split(" ").map((limit) => `${side} ${limit}`));
  assert.deepEqual([...new Set(asked)].sort(), counted.sort());
});

test("what was chosen is kept and shown, and what is none is the usual", () => {
  const page = opened({ kept: '{"theme": "dark", "size": "huge"}' });
  assert.deepEqual([page.attributes.get("data-theme"), page.attributes.get("data-size"), page.style.get("--zoom")], ["dark", "usual", "1"]);
  page.looks.choose({ size: "large" });
  assert.deepEqual(JSON.parse(page.storage.text ?? ""), { theme: "dark", size: "large" });
  assert.deepEqual([page.attributes.get("data-size"), page.style.get("--zoom")], ["large", "1.3"]);
  for (const kept of ["{", "null", "3"]) assert.equal(opened({ kept }).attributes.get("data-theme"), "system");
});

test("a page that is enlarged has fewer pixels of its own", () => {
  const page = opened({ width: 1300 });
  assert.ok(!page.attributes.get("data-below").split(" ").includes("1100"));
  page.looks.choose({ size: "large" });
  assert.ok(page.attributes.get("data-below").split(" ").includes("1100"));
  page.scope.innerWidth = 1900;
  page.listeners.get("resize")();
  assert.ok(!page.attributes.get("data-below").split(" ").includes("1100"));
});

test("a choice in another window is followed", () => {
  const page = opened();
  page.storage.text = '{"theme": "light"}';
  page.listeners.get("storage")({ key: "something else" });
  assert.equal(page.attributes.get("data-theme"), "system");
  page.listeners.get("storage")({ key: "twistscope.looks" });
  assert.equal(page.attributes.get("data-theme"), "light");
});
