import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { actionColour, actionSymbol, colourIn, HUES, placeColour, schemeOf } from "../../../assets/js/lib/palette.js";
import { drawScene, camera, OWN } from "../../../assets/js/pictures/scene.js";
import { recordingContext } from "../canvas.mjs";
import { apart, contrast, difference, EYES } from "../colour_vision.mjs";
import { THEME } from "../drawing.mjs";

// CIEDE2000: two colours side by side are told apart from about 2 on, small marks on a picture by most people from about 10 on.
const FIRST = 18;
const ANY = 11;
// WCAG 2: what means something has at least this contrast with the ground.
const CONTRAST = 3;

const sheet = readFileSync(new URL("../../../assets/css/theme.css", import.meta.url), "utf8");
const panel = /--panel: (light-dark\(.*\));/.exec(sheet)?.[1] ?? "";
const PAPER = { light: colourIn(panel, "light"), dark: colourIn(panel, "dark") };

/** The two of some colours that some eyes tell apart least, in words, and by how much. */
function closest(colours) {
  const pairs = colours.flatMap((one, index) => colours.slice(0, index).flatMap((other) => EYES.map((eyes) => [apart(one, other, eyes), `${other} and ${one}, ${eyes}`])));
  return pairs.reduce((least, pair) => (pair[0] < least[0] ? pair : least));
}

test("the formula for differences of colours is CIEDE2000", () => {
  // Sharma, Wu and Dalal (2005), table 1.
  const known = [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425], [[50, 0, 0], [50, -1, 2], 2.3669], [[50, 2.49, -0.001], [50, -2.49, 0.0011], 7.2195],
    [[50, 2.5, 0], [73, 25, -18], 27.1492], [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
    [[22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373], [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  ];
  for (const [one, other, expected] of known) assert.ok(Math.abs(difference(one, other) - expected) < 1e-4, `${one} and ${other}: ${difference(one, other)}`);
});

test("simulated eyes mix up what they are known to mix up", () => {
  assert.ok(apart("#7f9f00", "#c78a00", "deutan") < apart("#7f9f00", "#c78a00", "usual") / 2);
  assert.ok(apart("#000000", "#ffffff", "protan") > 99);
});

for (const scheme of ["light", "dark"]) {
  test(`actions are told apart by all eyes, ${scheme}`, () => {
    const [first, ofFirst] = closest(HUES[scheme].slice(0, 4));
    assert.ok(first >= FIRST, `the first four: ${first} between ${ofFirst}`);
    const [any, ofAny] = closest(HUES[scheme]);
    assert.ok(any >= ANY, `all: ${any} between ${ofAny}`);
    for (const hue of HUES[scheme]) assert.ok(contrast(hue, PAPER[scheme]) >= CONTRAST, `${hue}: ${contrast(hue, PAPER[scheme])}`);
  });

  test(`goals and hazards are told apart by all eyes, ${scheme}`, () => {
    const { goal, hazard, star, hatch } = OWN[scheme];
    for (const [one, other] of [[goal, hazard], [goal, PAPER[scheme]], [hazard, PAPER[scheme]]]) assert.ok(closest([one, other])[0] >= ANY, closest([one, other])[1]);
    assert.ok(contrast(star, goal) >= CONTRAST && contrast(hatch, hazard) >= CONTRAST, `${contrast(star, goal)}, ${contrast(hatch, hazard)}`);
  });
}

test("each of eight actions has a shape of its own", () => {
  const shapes = Array.from({ length: 8 }, (_, action) => actionSymbol({ continuous: false }, action));
  assert.equal(new Set(shapes).size, 8);
});

test("goals and hazards differ in shape as well", () => {
  const drawn = (role, kind = "rect") => {
    const context = recordingContext();
    const shape = { rect: { x: 0, y: 0, w: 1, h: 1 }, circle: { x: 0.5, y: 0.5, r: 0.4 } }[kind];
    drawScene(context, { shapes: [{ kind, role, ...shape }] }, camera({ width: 60, height: 60 }, [0, 1, 0, 1], 2), THEME);
    return context.calls.join(" ");
  };
  const [plain, goal, hazard] = ["cell", "goal", "hazard"].map((role) => drawn(role));
  assert.equal(new Set([plain, goal, hazard]).size, 3);
  assert.notEqual(drawn("body", "circle"), drawn("hazard", "circle"));
});

test("a colour is read in the scheme that is in force", () => {
  assert.equal(colourIn(" light-dark(#fff, #000) ", "dark"), "#000");
  assert.equal(colourIn("light-dark(rgb(1 2 3 / 12%), rgb(4 5 6 / 18%))", "light"), "rgb(1 2 3 / 12%)");
  assert.equal(colourIn("CanvasText", "dark"), "CanvasText");
});

test("light or dark is what was chosen, and else what the system says", () => {
  for (const system of [true, false]) {
    assert.equal(schemeOf("dark", system), "dark");
    assert.equal(schemeOf("light", system), "light");
    assert.equal(schemeOf("normal", system), "light");
    assert.equal(schemeOf("light dark", system), system ? "dark" : "light");
  }
});

test("a continuous action has the colour of the root's candidate that equals it, others one between", () => {
  const theme = { ramp: Array.from({ length: 101 }, (_, at) => `${at}`), hues: [] };
  const frame = { continuous: true, actions: ["a", "b", "c"], atoms: [-1, 0.5, 1.75], bounds: [[-2, 2]] };
  const at = (value) => placeColour(theme, frame, (value + 2) / 4);
  frame.atoms.forEach((value, action) => assert.equal(at(value), actionColour(theme, frame, action)));
  assert.deepEqual([-2, 2, -0.25].map(at), ["0", "100", "25"]);
  assert.equal(placeColour(theme, { ...frame, atoms: [0.5], actions: ["a"] }, 0.9), "0");
});
