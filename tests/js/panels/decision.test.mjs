import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrame } from "../../../assets/js/frame/frame.js";
import { axisLayout, priorMass, spread } from "../../../assets/js/panels/action_axis.js";
import {
  actionTitle, decisionAreas, decisionAxes, decisionKey, decisionLayout, decisionNote, decisionNumbers, decisionPicture, noteLines, qError,
} from "../../../assets/js/panels/decision.js";
import { klPolicyPrior, regionUse } from "../../../assets/js/frame/decision_numbers.js";
import { dotPlaces } from "../../../assets/js/panels/decision_dots.js";
import { namedActions } from "../../../assets/js/panels/decision_levels.js";
import { rowsOf } from "../../../assets/js/panels/decision_rows.js";
import { shorten, textWidth } from "../../../assets/js/panels/shapes.js";
import { axisTicks } from "../../../assets/js/panels/ticks.js";
import { fitEnds, steadyAxis } from "../../../assets/js/lib/steady_axis.js";
import { continuousSample, encode, sampleArrays, sampleMetadata, sampleTree, THEME } from "../drawing.mjs";

const WIDTHS = [260, 300, 348, 420, 520];
const COUNTS = Array.from({ length: 18 }, (_, index) => index + 2);
const NAMES = ["up", "counterclockwise", "left", "stay", "fire", "a door that is opened slowly", "R'", "jump"];

const solved = readFrame(encode(sampleArrays(), sampleMetadata));
const unsolvedArrays = () => Object.fromEntries(Object.entries(sampleArrays()).filter(([name]) => !name.startsWith("exact/")));
const unsolved = () => readFrame(encode(unsolvedArrays(), sampleMetadata));

/** Numbers from 0 to 1 that only look random; another row for each `seed`. */
const noise = (count, seed = 0) => Array.from({ length: count }, (_, index) => ((Math.sin(12.9898 * (index + 1) + 78.233 * seed) * 43758.5453) % 1 + 1) % 1);
const normal = (values) => values.map((value) => value / values.reduce((sum, other) => sum + other));

/** The sample as if it had so many actions. */
function withActions(count, { seed = 0, exact = false, size = 1, untried = [] } = {}) {
  const one = (values) => ["F32", [values.length], values];
  const q = noise(count, seed + 3).map((value, action) => (untried.includes(action) ? NaN : size * (value - 0.5)));
  const own = {
    root_prior: one(normal(noise(count, seed))), root_proposal: one(normal(noise(count, seed + 1))),
    root_policy: one(normal(noise(count, seed + 2).map((value) => value ** 6))),
    root_q: one(q), root_visits: ["I32", [count], q.map((value) => (Number.isNaN(value) ? 0 : 7))],
    root_value: ["F32", [], [size * 0.1]], value_target: ["F32", [], [size * 0.2]],
    ...(exact ? { "exact/policy": one(normal(noise(count, seed + 4))), "exact/q": one(noise(count, seed + 5)), "exact/optimal_q": one(noise(count, seed + 6)) } : {}),
  };
  const actions = Array.from({ length: count }, (_, action) => NAMES[action % NAMES.length]);
  return readFrame(encode({ ...(exact ? sampleArrays() : unsolvedArrays()), ...own }, { ...sampleMetadata, actions: JSON.stringify(actions) }));
}

/** The sample as if it had candidates at these actions. */
function withCandidates(atoms, { seed = 0, visits = atoms.map(() => 3) } = {}) {
  const one = (values) => ["F32", [values.length], values];
  const own = {
    root_atoms: ["F32", [atoms.length, 1], atoms], root_gaussian: ["F32", [2, 1], [0.5, 1]], chosen_action: ["F32", [1], [atoms[0]]], chosen_atom: ["I32", [], [0]],
    root_prior: one(atoms.map(() => 1 / atoms.length)), root_proposal: one(normal(noise(atoms.length, seed))), root_policy: one(normal(noise(atoms.length, seed + 1))),
    root_q: one(noise(atoms.length, seed + 2).map((value, atom) => (visits[atom] ? value : NaN))), root_visits: ["I32", [atoms.length], visits],
    "lineage/action": ["F32", [2, 1], [atoms[0], 0]],
  };
  return readFrame(encode({ ...unsolvedArrays(), ...own }, { ...sampleMetadata, actions: '["torque"]', action_bounds: "[[-2, 2]]" }));
}

const draw = (frame, width = 348, action = null) => decisionPicture(frame, THEME, decisionLayout(frame, width), decisionAxes(null, frame), action);
const all = (nodes) => nodes.flatMap((one) => (typeof one === "string" ? [] : [one, ...all(one.children)]));
const find = (nodes, name, value) => all(nodes).filter(({ attributes }) => attributes[name] === value);
const words = ({ children }) => children.join("");

/** Box of a text, as [x0, y0, x1, y1]; one that is turned runs upwards. */
function boxOf({ attributes: { x, y, transform, "font-size": size, "font-weight": weight, "text-anchor": anchor = "start" }, children }) {
  const width = textWidth(children.join(""), size, weight === 700);
  const back = { start: 0, middle: width / 2, end: width }[anchor];
  if (transform) return [x - size * 0.75, y - width / 2, x + size * 0.2, y + width / 2];
  return [x - back, y - size * 0.75, x - back + width, y + size * 0.2];
}

function assertLegible(nodes, { width, height }, about) {
  const texts = all(nodes).filter(({ tag }) => tag === "text").map((one) => ({ words: words(one), size: one.attributes["font-size"], box: boxOf(one) }));
  for (const { words: own, size, box: [x0, y0, x1, y1] } of texts) {
    assert.ok(size >= 10.5, `${about}: "${own}" has the size ${size}`);
    assert.ok(x0 >= 0 && x1 <= width && y0 >= 0 && y1 <= height, `${about}: "${own}" leaves the picture: ${[x0, y0, x1, y1]}`);
  }
  texts.forEach(({ words: one, box: a }, index) => texts.slice(index + 1).forEach(({ words: other, box: b }) => {
    const [across, down] = [Math.min(a[2], b[2]) - Math.max(a[0], b[0]), Math.min(a[3], b[3]) - Math.max(a[1], b[1])];
    assert.ok(across <= 0 || down <= 0, `${about}: "${one}" and "${other}" overlap by ${across} by ${down}`);
  }));
}

test("texts of 2 to 19 actions stand apart and inside at every width", () => {
  for (const count of COUNTS) {
    for (const exact of [false, true]) {
      for (const size of [1e-3, 1, 3000]) {
        const frame = withActions(count, { exact, size, untried: [1] });
        for (const width of WIDTHS) assertLegible(draw(frame, width), decisionLayout(frame, width), `${count} actions of ${size}, ${width} wide`);
      }
    }
  }
});

test("columns follow each other, and rows and their bars do", () => {
  for (const count of COUNTS) {
    for (const width of WIDTHS) {
      const { name, bars, percent, q, rows, base } = decisionLayout(withActions(count), width);
      const edges = [name, bars, percent, q].flat();
      edges.forEach((edge, index) => index && assert.ok(edge >= edges[index - 1], `${count} actions, ${width} wide: ${edges}`));
      assert.ok(bars[1] - bars[0] >= 24 && q[1] - q[0] >= 60 && q[1] < width);
      rows.forEach((row, index) => {
        assert.equal(row.top, index ? rows[index - 1].top + rows[index - 1].high : row.top);
        assert.ok(row.high >= 15 && row.bars[0].y >= row.top && row.bars[2].y + row.bars[2].height <= row.top + row.high);
        row.bars.slice(1).forEach(({ y }, bar) => assert.ok(y >= row.bars[bar].y + row.bars[bar].height - 1e-9));
      });
      assert.equal(rows.at(-1).top + rows.at(-1).high, base);
    }
  }
});

test("the height follows the number of actions, not their values or names", () => {
  for (const count of COUNTS) {
    const frames = [0, 1, 2].map((seed) => withActions(count, { seed, exact: seed === 1, size: 10 ** seed, untried: seed ? [0] : [] }));
    const heights = frames.flatMap((frame) => WIDTHS.map((width) => decisionLayout(frame, width).height));
    assert.equal(new Set(heights).size, 1);
    assert.ok(heights[0] <= 330, `${count} actions are ${heights[0]} high`);
  }
  const axes = [[-1, 0, 1], [-2, -2, 1.999], Array.from({ length: 32 }, (_, atom) => atom / 32)].map((atoms) => decisionLayout(withCandidates(atoms), 348).height);
  assert.equal(new Set(axes).size, 1);
  // The sentence below has room for the longest there can be.
  const [before, after] = [noteLines(withActions(4), 348), noteLines(withActions(4, { seed: 9, untried: [0, 1] }), 348)];
  assert.equal(before, after);
});

test("a row has three bars, a marker at Q-hat, and the improved policy in words", () => {
  const nodes = draw(unsolved());
  const [first, , third] = nodes.filter(({ attributes }) => attributes["data-action"] !== undefined);
  const bars = all([first]).filter(({ attributes }) => attributes["data-bar"]);
  assert.deepEqual(bars.map(({ attributes }) => attributes["data-bar"]), ["prior", "proposal", "improved"]);
  const [prior, , improved] = bars.map(({ attributes }) => attributes.width);
  assert.ok(Math.abs(improved / prior - 1.5) < 1e-9);
  assert.ok(all([first]).some((one) => words(one) === "75 %"));
  assert.equal(find(nodes, "data-mark", "chosen").length, 1);
  assert.equal(find([first], "data-mark", "q").length, 1);
  assert.ok(find(nodes, "data-line", "V(s0)")[0].attributes.x1 < find(nodes, "data-line", "target")[0].attributes.x1);
  // Never tried: said instead of a marker.
  assert.equal(find([third], "data-mark", "q").length, 0);
  assert.equal(words(find([third], "data-mark", "untried")[0]), "never tried");
});

test("what is exact is marked beside what was planned, and named in the key", () => {
  const marks = (frame, name) => find(draw(frame), "data-mark", name).length;
  assert.deepEqual([marks(solved, "exact"), marks(solved, "optimal")], [6, 3]);
  assert.deepEqual([marks(unsolved(), "exact"), marks(unsolved(), "optimal")], [0, 0]);
  assert.ok(decisionKey(solved).flat().some(([mark, text]) => mark === "◆" && text === "exact posterior"));
  assert.ok(!decisionKey(unsolved()).flat().some(([mark]) => mark === "◆"));
  const { q } = decisionAxes(null, solved);
  assert.ok(q.low < 9 && q.high > 13);
});

test("an action that is singled out leaves the others dim", () => {
  const groups = draw(unsolved(), 348, 1).filter(({ attributes }) => attributes["data-action"] !== undefined);
  assert.deepEqual(groups.map(({ attributes: { opacity } }) => opacity ?? 1), [0.3, 1, 0.3]);
  const atoms = draw(withCandidates([-1, 0, 1]), 348, 2).filter(({ attributes }) => attributes["data-action"] !== undefined);
  assert.deepEqual(atoms.map(({ attributes: { "data-action": atom, opacity } }) => [atom, opacity ?? 1]), [[1, 0.25], [0, 0.25], [2, 1]]);
});

test("the title of an action has all its numbers", () => {
  assert.equal(actionTitle(unsolved(), 0), "left: chosen\nprior 50.0 %\nproposal 50.0 %\nimproved policy 75.0 %\nQ-hat 11.00\nparticles: 2");
  assert.match(actionTitle(solved, 2), /never tried\nparticles: 0\nexact posterior 12.5 %\nQ soft, exact 9.00\nQ optimal 9.50$/);
});

test("a value axis has at least two ticks whose texts differ, and holds what it is made for", () => {
  for (const ends of [[0, 1], [-44.9, -44.5], [99.7, 99.71], [0, 0], [5, 5], [-1e-9, 1e-9], [-12345.6, -12345.1], [1e6, 3e6], [-0.08, 0.77]]) {
    const [low, high] = fitEnds(ends);
    const axis = { low, high };
    assert.ok(axis.low <= ends[0] && axis.high >= ends[1], `${ends}`);
    for (const fits of [() => true, () => false]) {
      const ticks = axisTicks(axis, fits);
      assert.ok(ticks.length >= 2);
      assert.equal(new Set(ticks.map(([, text]) => text)).size, ticks.length, `${ends}: ${ticks}`);
      assert.ok(!ticks.some(([, text]) => text.includes("-")));
    }
  }
  const none = steadyAxis(null, null, true);
  assert.deepEqual(axisTicks(none, () => false).map(([, text]) => text), ["0.0", "1.0"]);
});

test("candidate actions keep apart over the axis, in their order, and no farther than they must", () => {
  const gaps = (places) => places.slice(1).map((place, index) => place - places[index]);
  assert.deepEqual(spread([0, 50, 100], 10, [0, 100]), [0, 50, 100]);
  assert.deepEqual(spread([50, 50, 50], 10, [0, 100]), [40, 50, 60]);
  assert.deepEqual(spread([98, 99, 100], 10, [0, 100]), [80, 90, 100]);
  assert.ok(gaps(spread(Array(64).fill(3), 10, [0, 100])).every((gap) => Math.abs(gap - 100 / 63) < 1e-9));
  for (const count of [8, 16, 32]) {
    const atoms = noise(count).map((value) => 4 * value ** 3 - 2).sort((a, b) => a - b);
    for (const width of WIDTHS) {
      const { columns, plot, hits } = axisLayout(withCandidates(atoms), width);
      assert.ok(gaps(columns).every((gap) => gap >= Math.min(10, (plot[1] - plot[0]) / (count - 1)) - 1e-6));
      assert.ok(columns[0] >= plot[0] - 1e-9 && columns.at(-1) <= plot[1] + 1e-9);
      assert.ok(hits.every((hit, atom) => hit.x <= columns[atom] && hit.x + hit.width >= columns[atom]));
    }
  }
});

test("texts over the axis of actions stand apart and inside, wherever the chosen one is", () => {
  for (const atoms of [[-1.99, 0, 1], [1.9, 1.95, 2], [0, 0.001, 0.002, 2]]) {
    for (const width of WIDTHS) {
      const frame = withCandidates(atoms, { visits: [0, ...atoms.slice(1).map(() => 4)] });
      for (const action of [null, atoms.length - 1]) assertLegible(draw(frame, width, action), decisionLayout(frame, width), `${atoms}, ${width} wide`);
    }
  }
});

test("the decision is an axis of actions: density, stems, proposal, heads, and Q-hat below", () => {
  const frame = readFrame(continuousSample());
  const nodes = draw(frame);
  const count = (mark) => find(nodes, "data-mark", mark).length;
  assert.deepEqual(["density", "stem", "proposal", "policy", "q"].map(count), [1, 3, 3, 3, 2]);
  assert.equal(words(find(nodes, "data-mark", "headline")[0]), "▸ torque −1.50 · 75 %");
  assert.ok(all(nodes).some((one) => words(one) === "torque, from −2 to 2"));
  // Chosen: larger and ringed. Never tried: hollow, and without a Q-hat.
  const groups = nodes.filter(({ attributes }) => attributes["data-action"] !== undefined);
  const heads = new Map(groups.map((group) => [group.attributes["data-action"], find([group], "data-mark", "policy")[0].attributes]));
  assert.ok(heads.get(0).r > heads.get(1).r);
  assert.deepEqual([0, 1, 2].map((atom) => heads.get(atom).fill), ["ramp 0", "ramp 32", THEME.paper]);
  assert.deepEqual(decisionKey(frame)[0][0], ["prior", "prior density"]);
  assert.match(decisionNote(frame), /Never tried: 1 of 3 candidates\.$/);
  assert.ok(find(nodes, "data-tick", "q").length >= 2);
});

test("the mass of the prior is whole, and that of the squashed Gaussian", () => {
  const close = (actual, expected, error) => assert.ok(Math.abs(actual - expected) < error, `${actual} is not ${expected}`);
  for (const [mean, deviation] of [[0, 1], [2, 0.1], [-3, 4]]) {
    const bins = priorMass([-2, 2], mean, deviation);
    close(bins.reduce((sum, { mass }) => sum + mass, 0), 1, 1e-6);
    assert.ok(bins.every(({ mass }) => mass >= 0));
  }
  close(priorMass([-2, 2], 0, 1, 2)[0].mass, 0.5, 1e-7);
  // u of the action 0.4 is atanh(0.2), and 0.5 + 0.0805 of a standard normal lie below it.
  close(priorMass([-1, 1], 0, 1, 5).slice(0, 3).reduce((sum, { mass }) => sum + mass, 0), 0.58035, 1e-4);
});

test("a tree is drawn with its visits", () => {
  const tree = readFrame(sampleTree());
  assertLegible(draw(tree), decisionLayout(tree, 348), "tree");
  assert.ok(decisionKey(tree).flat().some(([mark, text]) => mark === "proposal" && text === "visits"));
  assert.match(actionTitle(tree, 0), /\nvisits .* %\n[^]*\nsimulations: \d+/);
});

test("the KL of the improved policy counts only where it has mass, and is not negative", () => {
  // The same policy, but for the last digits of single precision.
  const prior = Float32Array.from(normal(noise(18)));
  assert.ok(klPolicyPrior({ root_prior: prior, root_policy: prior.map((part, action) => part * (1 + (action % 2 ? -1 : 1) * 1e-7)) }) >= 0);
  assert.ok(Math.abs(klPolicyPrior(solved) - 0.75 * Math.log(1.5)) < 1e-6);
  assert.deepEqual(decisionNumbers(unsolved()).map(([name, value]) => [name, value]),
    [["┊ V(s₀)", "10.00"], ["│ value target", "10.75"], ["KL to prior", "0.304"], ["log-evidence", "0.750"]]);
});

test("the numbers say how far the plan is from the truth", () => {
  assert.equal(qError(solved), 1);
  assert.deepEqual(decisionNumbers(solved).map(([name, value]) => [name, value]), [
    ["┊ V(s₀)", "10.00"], ["│ value target", "10.75"], ["V soft", "11.50"], ["V*", "13.00"], ["regret", "0.5"],
    ["KL to prior", "0.304"], ["KL to exact", "0.140"], ["Q-hat error", "1.000"], ["log-evidence", "0.750"], ["log-evid. error", "+0.250"],
  ]);
});

test("a name is shortened to its room", () => {
  assert.equal(shorten("counterclockwise", 50), "counte…");
  assert.ok(textWidth(shorten("counterclockwise", 50)) <= 50);
});

const LONG = "counterclockwise quarter turn of the upp";
/** Very many actions with names of 40 letters, a spread and a trail. */
function crowd(count, seed = 0, { exact = false } = {}) {
  const frame = withActions(count, { seed, exact, untried: [1] });
  const levels = 6;
  const policy = Array.from({ length: levels }, (_, cut) => Array.from(frame.root_prior, (prior, action) => prior + ((frame.root_policy[action] - prior) * (cut + 1)) / levels));
  return Object.assign(frame, {
    actions: Array.from({ length: count }, (_, action) => `${action} ${LONG}`.slice(0, 40)),
    root_q_spread: Float32Array.from(Array.from(frame.root_q).flatMap((value) => [value - 0.1, value + 0.2])),
    "trail/level": Int32Array.from({ length: levels }, (_, level) => level), "trail/policy": Float32Array.from(policy.flat()),
    "trail/q": Float32Array.from({ length: levels * count }, (_, cell) => frame.root_q[cell % count]), levels,
  });
}
const shown = (frame, width, view, action = null) => {
  const layout = decisionLayout(frame, width, { view, rows: rowsOf(frame, { singled: action }) });
  return { layout, nodes: decisionPicture(frame, THEME, layout, decisionAxes(null, frame), action) };
};

test("in every view the texts of 2 to 64 actions, of 40 letters each, stand apart and inside", () => {
  for (const count of [2, 3, 4, 8, 9, 20, 21, 64]) {
    for (const exact of [false, true]) {
      for (const width of WIDTHS) {
        const frame = crowd(count, count, { exact });
        for (const view of ["bars", "dots", "levels"]) {
          for (const action of [null, count - 1]) {
            const { nodes, layout } = shown(frame, width, view, action);
            assertLegible(nodes, layout, `${count} actions, ${view}, ${width} wide`);
            assert.ok(layout.height <= 345, `${count} actions are ${layout.height} high as ${view}`);
          }
        }
      }
    }
  }
});

test("many actions stand by their probability, very many share a row, and while playing none changes its place", () => {
  const frame = crowd(64, 2);
  const { shown: own, rest, order } = /** @type {any} */ (rowsOf(frame, { singled: 5 }));
  assert.ok(own.length + rest.length === 64 && own.includes(frame.chosen) && own.includes(5) && own.length === 19);
  order.slice(1).forEach((action, index) => assert.ok(frame.root_policy[action] <= frame.root_policy[order[index]]));
  assert.equal(rowsOf(frame, { all: true })?.shown.length, 64);
  assert.equal(rowsOf(crowd(8)), null);
  const next = Object.assign(crowd(64, 3), { playing: true });
  assert.deepEqual(rowsOf(next, { before: order })?.order, order);
  const still = Object.assign(crowd(64, 3), { playing: false });
  assert.notDeepEqual(rowsOf(still, { before: order })?.order, order);
  // The row of the others has the sum of their shares, and is clicked to see them.
  const { nodes, layout } = shown(frame, 348, "bars");
  const [others] = find(nodes, "data-more", 1);
  assert.ok(all([others]).some((one) => words(one) === `${layout.rest.length} others`));
  const bar = (node, name) => find([node], "data-bar", name)[0].attributes.width;
  const first = nodes.find(({ attributes }) => attributes["data-action"] === frame.chosen);
  const sum = layout.rest.reduce((total, action) => total + frame.root_policy[action], 0);
  assert.ok(Math.abs(bar(others, "improved") / bar(first, "improved") - sum / frame.root_policy[frame.chosen]) < 1e-6);
  assert.equal(decisionAreas(frame, layout, decisionAxes(null, frame)).at(-1)?.action, -1);
});

test("a dot stands at its Q-hat and improved policy, as large as its prior, with its spread and the way there", () => {
  const frame = crowd(4, 1);
  const axes = decisionAxes(null, frame);
  const { nodes, layout } = shown(frame, 348, "dots");
  const places = dotPlaces(frame, layout, axes);
  assert.deepEqual(places.map(({ action }) => action), [0, 2, 3], "one was never tried");
  for (const a of places) {
    for (const b of places) {
      if (frame.root_q[a.action] < frame.root_q[b.action]) assert.ok(a.x < b.x);
      if (frame.root_policy[a.action] < frame.root_policy[b.action]) assert.ok(a.y > b.y);
      if (frame.root_prior[a.action] < frame.root_prior[b.action]) assert.ok(a.radius < b.radius);
    }
  }
  const count = (mark) => find(nodes, "data-mark", mark).length;
  assert.deepEqual(["dot", "spread", "trail"].map(count), [3, 3, 4]);
  // Of many actions the trail of one is drawn.
  assert.equal(find(shown(crowd(20, 1), 348, "dots").nodes, "data-mark", "trail").length, 1);
  const areas = decisionAreas(frame, layout, axes);
  for (const { action, x, y } of places) assert.ok(areas.some((area) => area.action === action && x >= area.x && x <= area.x + area.width && y >= area.y && y <= area.y + area.height));
});

test("lines of the levels begin at the prior and end at the decision; where there are none, the reason is said", () => {
  const frame = crowd(3, 4);
  const { nodes, layout } = shown(frame, 348, "levels");
  const [first] = find(nodes, "data-mark", "trail");
  const points = first.attributes.d.slice(1).split("L").map((point) => point.split(" ").map(Number));
  assert.equal(points.length, frame.levels + 1);
  assert.ok(points[0][0] === layout.plot[0] && Math.abs(points.at(-1)[0] - layout.plot[1]) < 0.01);
  const said = (of) => all(shown(of, 348, "levels").nodes).map(words).join(" ");
  assert.match(said(readFrame(sampleTree())), /A search tree has/);
  assert.match(said(Object.assign(unsolved(), { recorded: true })), /comes with the live plan/);
  assert.match(said(unsolved()), /on its way/);
  assert.deepEqual(namedActions(crowd(64, 2), 63).length, 8);
  assert.ok(namedActions(crowd(64, 2), 63).includes(63));
});

test("the trust region says how much of it the root uses", () => {
  const frame = unsolved();
  const use = (kl, bound) => regionUse(Object.assign(unsolved(), { kl: Float64Array.of(kl, kl, kl, 0.1, 0.2, 0.3, 0.1, 0.2, 0.3), kl_bound: Float64Array.of(bound, bound, bound, 1, 1, 1, 1, 1, 1) }));
  assert.deepEqual([use(0.05, 0.2)?.text, use(0.05, 0.2)?.share], ["KL 0.050 of 0.200", 0.25]);
  assert.match(use(0.3, 0.2)?.title ?? "", /More than the bound/);
  assert.deepEqual([use(0.05, NaN)?.text, use(0.05, NaN)?.share], ["KL 0.050, no bound", 0]);
  assert.ok(regionUse(frame));
  assert.equal(regionUse(readFrame(sampleTree())), null);
});
