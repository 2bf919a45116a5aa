import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { alike, amount, count, fixed, list, nats, natsWithin, number, partOf, percent, share, signed } from "../../../assets/js/lib/format.js";

const ASSETS = new URL("../../../assets/js/", import.meta.url);

test("numbers read like numbers", () => {
  assert.deepEqual([0, 0.123456, 3.14159, 42.123, 1234.5, 1e-7, -2.5, Infinity, NaN].map((value) => number(value)),
    ["0", "0.123", "3.14", "42.1", "1235", "1.0e−7", "−2.5", "∞", "none"]);
  assert.equal(number(29.6789, 4), "29.68");
  assert.deepEqual([0, 0.0001, 0.034, 0.5, 0.9999, 1].map(percent), ["0.0 %", "<0.1 %", "3.4 %", "50 %", ">99.9 %", "100 %"]);
  assert.deepEqual([count(1, "path"), count(2, "path")], ["1 path", "2 paths"]);
  assert.equal(list(["a", "b", "c"]), "a, b and c");
  assert.deepEqual([1.25, -0.5, 0.001].map((value) => amount(value, [-2, 2])), ["+1.25", "−0.50", "0.00"]);
  assert.deepEqual([amount(12.34, [-100, 100]), amount(0.00123, [0, 0.01])], ["+12", "+0.0012"]);
});

test("an eighth is one number, wherever it stands and however it was computed", () => {
  const single = Math.exp(Math.fround(Math.log(1 / 8)));
  assert.notEqual(single, 1 / 8);
  for (const eighth of [1 / 8, single, Math.fround(1 / 8), 0.12499999]) {
    assert.deepEqual([fixed(eighth, 2), percent(eighth), share(eighth), share(eighth, 1), number(eighth, 2)], ["0.13", "13 %", "13 %", "12.5 %", "0.13"]);
  }
  assert.deepEqual([fixed(-1 / 8, 2), signed(-1 / 8, 2), number(-1 / 8, 2)], ["−0.13", "−0.13", "−0.13"]);
  // Halves that binary fractions miss, and what is no half at all.
  assert.deepEqual([fixed(0.145, 2), fixed(1.005, 2), fixed(0.1249, 2), fixed(12345.678, 3)], ["0.15", "1.01", "0.12", "12345.678"]);
});

test("every half of a decimal goes away from zero", () => {
  for (let hundredths = -400; hundredths <= 400; hundredths++) {
    const half = (hundredths + Math.sign(hundredths || 1) * 0.5) / 100;
    const away = hundredths + Math.sign(hundredths || 1);
    assert.equal(fixed(half, 2), `${away < 0 ? "−" : ""}${(Math.abs(away) / 100).toFixed(2)}`, `${half}`);
  }
});

test("a KL is not negative, and what rounding leaves of none is none", () => {
  assert.deepEqual([0, -1.5e-8, 3e-8, 1e-5, 0.3041].map((value) => nats(value)), ["0.000", "0.000", "0.000", "<0.001", "0.304"]);
});

test("a KL stands beside its bound with digits that tell them apart", () => {
  assert.deepEqual(natsWithin(6.1e-5, 1e-4), ["0.00006", "0.00010"]);
  assert.deepEqual(natsWithin(6.1e-5, Math.fround(1e-4) - 1e-11), ["0.00006", "0.00010"]);
  assert.deepEqual(natsWithin(0.0121, 0.0123), ["0.012", "0.012"]);
  assert.deepEqual(natsWithin(0.3041, 0.5), ["0.304", "0.500"]);
  assert.deepEqual(natsWithin(0, 1e-4), ["0.00000", "0.00010"]);
  assert.deepEqual([natsWithin(0.1, Infinity)[1], natsWithin(0, 0)[1]], ["∞", "0.000"]);
});

test("numbers in columns have real minus signs, and nothing is rounded to a false end", () => {
  assert.deepEqual([fixed(-2.5, 2), fixed(-0.001, 2), fixed(NaN, 2), fixed(-Infinity, 1), signed(0.25, 2), signed(-0.25, 2), signed(1e-9, 2)],
    ["−2.50", "0.00", "none", "−∞", "+0.25", "−0.25", "0.00"]);
  assert.deepEqual([0, 0.004, 0.5, 0.996, 1].map((value) => share(value)), ["0 %", "<1 %", "50 %", ">99 %", "100 %"]);
  assert.deepEqual([share(0.0004, 1), share(0.9999, 1), share(partOf(Float32Array.of(1, 1e-14), 0), 1)], ["<0.1 %", ">99.9 %", ">99.9 %"]);
});

test("numbers that are compared have as many decimals, and enough to differ", () => {
  assert.deepEqual(alike([9.5123, 11, -0.25]), ["9.5", "11.0", "−0.3"]);
  assert.deepEqual(alike([99.71, 99.68]), ["99.71", "99.68"]);
  assert.deepEqual(alike([0, 0.5, 1]), ["0.0", "0.5", "1.0"]);
  assert.deepEqual(alike([3, 3, NaN]), ["3", "3", "none"]);
  assert.deepEqual(alike([]), []);
});

test("numbers that are nearly equal have no more digits than single precision has", () => {
  assert.deepEqual(alike([0.5 + 3e-6, 0.5]), ["0.500003", "0.500000"]);
  assert.deepEqual(alike([123.4567812, 123.4567891]), ["123", "123"]);
  assert.deepEqual(alike([1e-5, 1.1e-5]), ["0.000010", "0.000011"]);
  for (const size of [1e-3, 1, 80, 5000, 90000]) {
    for (const text of alike([size, size * (1 + 2 ** -23)])) assert.ok(text.replace(/^0\.0*|\./, "").length <= 7, text);
  }
});

test("nothing else of the page rounds numbers that are read", () => {
  const modules = readdirSync(ASSETS, { recursive: true }).filter((name) => `${name}`.endsWith(".js") && `${name}` !== "lib/format.js");
  // Coordinates of SVG and the values of knobs are no texts of numbers.
  const places = { "panels/shapes.js": 1, "panels/action_axis.js": 1, "panels/particle.js": 1, "panels/sweep_picture.js": 1, "panels/ticks.js": 1, "checkpoints/curves.js": 1, "controls/knobs.js": 3, "lib/scale.js": 1 };
  for (const name of modules) {
    const lines = readFileSync(new URL(`${name}`, ASSETS), "utf8").split("\n").filter((line) => /\.to(Fixed|Precision|Exponential)\(/.test(line));
    assert.ok(lines.length <= (places[`${name}`] ?? 0), `${name}: ${lines.join("\n")}`);
  }
});
