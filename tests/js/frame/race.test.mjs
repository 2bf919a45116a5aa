// A race as data: what decisions lose, who wins a seed, who can enter, and the sentences.

import assert from "node:assert/strict";
import { test } from "node:test";

import { columnsOf } from "../../../assets/js/controls/race.js";
import { entryObjection, exactMeasure, joinDecisions, longMeasure, lossesOf, measureText, raceSentence, valuesOf, winsOf, winsText } from "../../../assets/js/frame/race.js";
import { readFrame } from "../../../assets/js/frame/frame.js";
import { raceFigure } from "../../../assets/js/panels/race_figure.js";
import { continuousSample, encode, sampleArrays, sampleMetadata, THEME } from "../drawing.mjs";

const near = (values, expected) => values.forEach((value, index) => assert.ok(Math.abs(value - expected[index]) < 1e-9, `${values}`));
const DECISIONS = { count: 2, root_policy: [0.5, 0.5, 0, 0, 0, 1], chosen_action: [0, 2] };

test("an action loses against the best one, and one without a value as much as the worst", () => {
  near(lossesOf([1, 3, 2]), [2, 0, 1]);
  near(lossesOf([1, NaN, 2]), [1, 1, 0]);
});

test("a policy loses what its actions lose, an action its own", () => {
  const measure = exactMeasure({ optimalQ: [1, 3, 2] });
  near(valuesOf(DECISIONS, measure, "policy"), [1, 1]);
  near(valuesOf(DECISIONS, measure, "action"), [2, 1]);
  // An action that was never tried may have no number; with no probability it counts for nothing.
  near(valuesOf({ ...DECISIONS, root_policy: [1, 0, 0, 1, 0, 0] }, longMeasure({ root_q: [1, NaN, 2], chosen_action: [2], root_policy: [0, 0, 1] }, null), "policy"), [1, 1]);
});

test("continuous actions are measured by their distance from the long plan's, as a share of the range", () => {
  const measure = longMeasure({ root_q: [], root_policy: [], chosen_action: [1, 0] }, [[-2, 2], [0, 1]]);
  const decisions = { count: 2, root_policy: [1, 0, 0.5, 0.5], chosen_action: [-1, 0, 1, 1], root_atoms: [-1, 0, 2, 1, 1, 0, 1, 1] };
  near(valuesOf(decisions, measure, "action"), [0.25, 0.5]);
  near(valuesOf(decisions, measure, "policy"), [0.25, 0.25]);
});

test("a seed is won by the smallest value, and shared where several have it", () => {
  const { wins, level } = winsOf([[0, 1, 5, 2], [0, 2, 5, 1], [1, 3, 5, 1]]);
  near(wins, [0.5 + 1 + 1 / 3, 0.5 + 1 / 3 + 0.5, 1 / 3 + 0.5]);
  assert.equal(level, 1);
  // What differs by rounding alone does not.
  assert.deepEqual(winsOf([[1], [1 + 1e-7]]).wins, [0.5, 0.5]);
  assert.deepEqual([winsText(31.5), winsText(64), winsText(21.333)], ["31.5", "64", "21.3"]);
});

test("seeds that come in parts are those that come at once", () => {
  const part = (seeds) => ({ count: seeds.length, root_policy: Float32Array.from(seeds.flatMap((seed) => [seed, 1 - seed])), chosen_action: Int32Array.from(seeds.map((seed) => (seed > 0.5 ? 0 : 1))), root_atoms: undefined });
  const joined = joinDecisions(joinDecisions(null, part([0.25, 0.75])), part([0.5]));
  assert.deepEqual([joined.count, joined.root_policy, joined.chosen_action, joined.root_atoms], [3, [0.25, 0.75, 0.75, 0.25, 0.5, 0.5], [1, 0, 1], undefined]);
});

test("the sentence names who loses least and who wins most, and says where there is nothing to tell apart", () => {
  const measure = exactMeasure({ optimalQ: [1, 2] });
  const planners = [{ title: "A", values: [0.5, 0.4, 0.1] }, { title: "B", values: [0.3, 0.5, 0.6] }];
  assert.equal(raceSentence(planners, measure), "A has the smallest median regret, 0.4, and wins the most seeds, 2 of 3.");
  // A loss that is level with none is said as none.
  assert.match(raceSentence([planners[0], { title: "B", values: [5e-26, 5e-26, 0.6] }], measure), /^B has the smallest median regret, 0, /);
  assert.equal(raceSentence([planners[0], { title: "B", values: [0.39, 0.39, 0.6] }], measure), "B has the smallest median regret, 0.39, and wins the most seeds, 2 of 3.");
  assert.equal(
    raceSentence([{ title: "A", values: [0, 0, 3] }, { title: "B", values: [0, 0, 1] }, { title: "C", values: [2, 1, 1] }], measure),
    "A and B have the smallest median regret, 0; B wins the most seeds, 1.5 of 3.",
  );
  assert.equal(raceSentence([planners[0], { ...planners[0], title: "B" }], measure), "All of them are level at each of the 3 seeds.");
  assert.equal(raceSentence([{ title: "A", values: [0, 0] }, { title: "B", values: [0, 0] }], measure), "All of them are level at each of the 2 seeds, with a regret of 0.");
  assert.equal(raceSentence([planners[0]], measure), "");
  // Medians that are closer than what the referee itself loses rank nobody.
  const long = { exact: false, losses: [0, 1], own: 0.5 };
  const close = [{ title: "A", values: [0.4, 0.4, 0.9] }, { title: "B", values: [0.7, 0.7, 0.8] }];
  assert.match(raceSentence(close, long), /^Too close to rank by this measure\. A has the smallest median loss by the long plan, 0\.4/);
  assert.match(raceSentence(close, { ...long, own: 0.2 }), /^A has the smallest/);
});

test("who cannot enter hears why", () => {
  const planner = { title: "Gumbel MCTS", objection: "", least: 1, most: 16384 };
  assert.equal(entryObjection(planner, 6144), "");
  assert.equal(entryObjection(planner, 20000), "Gumbel MCTS takes at most 16384 model steps here.");
  assert.equal(entryObjection({ ...planner, title: "SPO", least: 24 }, 10), "SPO needs at least 24 model steps here.");
  assert.equal(entryObjection(planner, null), "");
  assert.equal(entryObjection({ ...planner, objection: "its tree has no states" }, 10), "Gumbel MCTS cannot run here: its tree has no states.");
});

test("the page says what it measures by", () => {
  assert.match(measureText(exactMeasure({ optimalQ: [1] }), "action", null), /^Regret: .* of the action taken\..*Exact answers/);
  const long = longMeasure({ root_q: [1, 2], chosen_action: [1], root_policy: [0, 1] }, null);
  assert.match(measureText(long, "policy", { title: "TRT-SMC", size: "16384 particles, 24 levels" }), /a long plan \(TRT-SMC with its usual settings, 16384 particles, 24 levels\), as no exact answers/);
  assert.doesNotMatch(measureText(long, "policy", null), /itself/);
  // A referee that loses by its own measure says so.
  const close = longMeasure({ root_q: [1, 1.05], chosen_action: [0], root_policy: [0.6, 0.4] }, null);
  assert.match(measureText(close, "action", null), /The long plan itself takes an action that loses 0\.05: losses of that size rank nobody\.$/);
});

const all = (tree) => [tree, ...tree.children.flatMap((child) => (typeof child === "string" ? [] : all(child)))];
const texts = (tree) => all(tree).filter(({ tag }) => tag === "text").flatMap(({ children }) => children);

test("the figure has a row for each planner: bars that fill the axis, a dot for each seed, the prior and the exact policy", () => {
  const frame = readFrame(encode(sampleArrays(), sampleMetadata));
  const rows = [{ title: "TRT-SMC", frame, values: [0.1, 0.2, 0.3], wins: 2.5 }, { title: "SPO", frame, values: [0.2, 0.2, 0.2], wins: 0.5 }, { title: "TSMCTS", frame: null, waits: "waiting" }];
  const measure = exactMeasure({ optimalQ: [1, 2, 3] });
  for (const width of [1300, 360]) {
    const made = raceFigure({ rows, measure, prior: 0.25 }, width, THEME);
    const parts = all(made);
    assert.equal(parts.filter(({ attributes }) => attributes["data-mark"] === "seed").length, 6);
    assert.equal(parts.filter(({ attributes }) => attributes["data-mark"] === "median").length, 2);
    assert.equal(parts.filter(({ attributes }) => attributes["data-mark"] === "prior").length, 1);
    for (const word of ["TRT-SMC", "SPO", "TSMCTS", "prior", "exact posterior", "2.5", "0.5", "waiting"]) assert.ok(texts(made).includes(word), word);
    for (const { attributes: { x = 0, width: own = 0 } } of parts) assert.ok(x >= 0 && x + own <= width + 0.01);
    const bars = parts.filter(({ attributes }) => attributes["data-action"] !== undefined);
    const heights = [...new Set(bars.map(({ attributes: { y } }) => y))];
    assert.equal(heights.length, 4);
    const ends = heights.map((height) => Math.max(...bars.filter(({ attributes: { y } }) => y === height).map(({ attributes: { x, width: own } }) => x + own)));
    assert.ok(ends.every((end) => Math.abs(end - ends[0]) < 1.5));
  }
});

test("the figure of continuous actions has a stroke for each candidate and the long plan's action along all rows", () => {
  const frame = readFrame(continuousSample());
  const measure = longMeasure({ root_q: [], root_policy: [], chosen_action: [1.5] }, frame.bounds);
  const parts = all(raceFigure({ rows: [{ title: "TRT-SMC", frame }, { title: "SPO", frame }], measure, prior: null }, 900, THEME));
  assert.equal(parts.filter(({ attributes }) => attributes["data-action"] !== undefined).length, 6);
  assert.equal(parts.filter(({ attributes }) => attributes["data-mark"] === "long").length, 1);
});

test("lanes stand in no more than three columns, as evenly as can be", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6].map(columnsOf), [1, 2, 3, 2, 3, 3]);
});
