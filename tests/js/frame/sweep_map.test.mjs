// A map of two settings: as fine as there is time for, planned from here outwards, and drawn with what it takes where.

import assert from "node:assert/strict";
import { test } from "node:test";

import { cellText, emptyMap, finenessFor, mapSentence, MOST_SECONDS, nearestOther, rowOrder, tooLongText } from "../../../assets/js/frame/sweep_map.js";
import { kindsOf, mapKey, mapPicture, mapPlaces } from "../../../assets/js/panels/sweep_map.js";
import { THEME } from "../drawing.mjs";

const ALPHA = { name: "alpha", label: "alpha", knob: { minimum: 0, maximum: 1, scale: "linear" } };
const TAU = { name: "tau", label: "temperature", knob: { minimum: 0.01, maximum: 100, scale: "log" } };
const FRAME = { actions: ["left", "right"], values: ["left", "right"], chosen: 0, continuous: false };
const NOW = { first: 0.3, second: 1 };

/** Right is taken where alpha is more than a half, or the temperature is least. */
function mapOf({ ess = 0.5, regret = null, size = 5 } = {}) {
  const map = emptyMap(ALPHA, TAU, size, FRAME);
  map.rows = map.ys.map((second) => map.xs.map((value) => {
    const chosen = value > 0.5 || second < 0.05 ? 1 : 0;
    return { value, chosen, policy: chosen ? [0.4, 0.6] : [0.7, 0.3], ess, regret: regret === null ? null : regret * chosen };
  }));
  return map;
}

test("a map is as fine as there is time for, and none where there is not even for the coarsest", () => {
  assert.deepEqual([5, 200, 400, 1200, NaN].map(finenessFor), [13, 11, 7, 5, 13]);
  assert.equal(finenessFor(1300), null);
  assert.equal(tooLongText(2000), "5 × 5 plans of about 2000 ms take 50 s, allowed are 30: make the plan smaller first.");
  for (const ms of [1, 177, 178, 400, 1200]) assert.ok(finenessFor(ms) ** 2 * ms <= 1000 * MOST_SECONDS);
});

test("rows are planned from the value in force outwards", () => {
  assert.deepEqual(rowOrder(emptyMap(ALPHA, TAU, 5, FRAME), 1), [2, 1, 3, 0, 4]);
  assert.deepEqual(rowOrder(emptyMap(ALPHA, TAU, 5, FRAME), 1000), [4, 3, 2, 1, 0]);
});

test("the sentence says what is taken how often, and where the nearest other action is", () => {
  const map = mapOf();
  assert.equal(mapSentence(map, NOW), "It takes right in 52 % and left in 48 % of 25 plans. Nearest to now it takes right at alpha 0.75, temperature 1.");
  assert.equal(nearestOther(map, { first: 0.25, second: 0.05 }, 0).second, 0.01);
  map.rows = map.rows.map((row) => row.map((cell) => ({ ...cell, chosen: 0 })));
  assert.equal(mapSentence(map, NOW), "It takes left in all of 25 plans.");
  assert.equal(nearestOther(map, NOW, 0), null);
  assert.equal(cellText(map, { value: 0.25, second: 1, chosen: 0, policy: [0.7, 0.3], ess: 0.5, regret: 0.25 }), "alpha 0.25, temperature 1: takes left (70 %), least ESS 50 %, regret 0.25");
});

test("the cell at a place is the one that is drawn there, and a value in force lies in its cell", () => {
  const map = mapOf();
  const places = mapPlaces(map);
  for (const column of [0, 2, 4]) {
    for (const row of [0, 3, 4]) {
      const { x, y } = places.cell(column, row);
      assert.deepEqual(places.at(x + places.across / 2, y + places.up / 2), { column, row });
      assert.ok(Math.abs(places.x(map.xs[column]) - (x + places.across / 2)) < 1e-6);
      assert.ok(Math.abs(places.y(map.ys[row]) - (y + places.up / 2)) < 1e-6);
    }
  }
  assert.equal(places.at(0, 0), null);
});

const all = (tree) => [tree, ...tree.children.flatMap((child) => (typeof child === "string" ? [] : all(child)))];

test("every planned cell is drawn in the colour and with the shape of its action, and here is marked", () => {
  const map = mapOf();
  map.rows[1] = null;
  const parts = all(mapPicture(map, "action", NOW, { column: 1, row: 2 }, THEME));
  const cells = parts.filter(({ attributes }) => attributes["data-cell"]);
  assert.equal(cells.length, 20);
  const right = cells.filter(({ attributes }) => attributes["data-action"] === 1);
  assert.ok(right.every(({ attributes }) => attributes.fill === THEME.hues[1]) && right.length === 5 + 3 * 2);
  for (const mark of ["here", "cursor"]) assert.equal(parts.filter(({ attributes }) => attributes["data-mark"] === mark).length, 1);
  assert.ok(parts.filter(({ tag }) => tag === "circle" || tag === "path").length >= 20);
  assert.deepEqual(mapKey(map, "action", THEME).map(({ text }) => text), ["left", "right"]);
});

test("there is a map of the ESS and of the regret only where there are such numbers", () => {
  assert.deepEqual(kindsOf(mapOf()), ["action", "ess"]);
  assert.deepEqual(kindsOf(mapOf({ ess: null, regret: 2 })), ["action", "regret"]);
  const parts = all(mapPicture(mapOf({ regret: 2 }), "regret", NOW, null, THEME)).filter(({ attributes }) => attributes["data-cell"]);
  assert.deepEqual([...new Set(parts.map(({ attributes }) => Number(attributes["fill-opacity"].toFixed(2))))].sort(), [0.06, 1]);
  assert.deepEqual(mapKey(mapOf({ regret: 2 }), "regret", THEME).map(({ text }) => text), ["0", "1", "2"]);
});
