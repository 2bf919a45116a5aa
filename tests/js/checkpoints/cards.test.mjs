import assert from "node:assert/strict";
import { test } from "node:test";

import { linkTo } from "../../../assets/js/lib/address.js";
import { byEnvironment, duration, factsOf, measured, returnsOf, returnsScale, whole } from "../../../assets/js/checkpoints/cards.js";
import { aboutLearning, narrateLearning, readLearning, seedsOf, shortSteps, spreadLabels } from "../../../assets/js/checkpoints/learning.js";
import { roundValues, scaleOf, shareOf } from "../../../assets/js/lib/scale.js";

const card = (name, environment, steps, returns = {}) => ({
  name, environment, returns, licence: "Apache-2.0", sha256: "0123456789abcdef", training: { environment_steps: steps, wall_seconds: 24, device: "cpu" },
});
const PLANNERS = [{ name: "trt_smc", title: "TRT-SMC" }, { name: "gumbel_mcts", title: "Gumbel MCTS" }];

test("a link to the other page keeps what was chosen and the token, but for what it wishes", () => {
  assert.equal(linkTo("./", "", { checkpoint: "a&b" }), "./?checkpoint=a%26b");
  assert.equal(linkTo("./", "?token=t&checkpoint=old&seed=3&step=4", { checkpoint: "a", step: null }), "./?token=t&checkpoint=a&seed=3");
  assert.equal(linkTo("checkpoints", "?planner=spo"), "checkpoints?planner=spo");
  assert.equal(linkTo("checkpoints", ""), "checkpoints");
});

test("cards stand by environment, from early to final, and those that do not say how long they were trained last", () => {
  const groups = byEnvironment([card("b", "B", 9), card("unknown", "A", undefined), card("final", "A", 100), card("early", "A", 10), card("other", "A", undefined)]);
  assert.deepEqual(groups.map(({ environment, cards }) => [environment, cards.map(({ name }) => name)]),
    [["A", ["early", "final", "other", "unknown"]], ["B", ["b"]]]);
});

test("returns come with titles and budgets, the prior first", () => {
  const returns = {
    mine: { mean: 3, standard_error: 0.1, episodes: 5, settings: {} },
    gumbel_mcts: { mean: 2, standard_error: 0.1, episodes: 5, settings: { num_simulations: 32 } },
    trt_smc: { mean: 2, standard_error: 0.1, episodes: 5, settings: { particles: 64, depth: 24 } },
    prior: { mean: 1, standard_error: 0.1, episodes: 5, settings: {} },
  };
  assert.deepEqual(returnsOf({ returns }, PLANNERS).map(({ title, budget }) => [title, budget?.short]),
    [["prior alone", undefined], ["TRT-SMC", "64 × 24"], ["Gumbel MCTS", "32"], ["mine", undefined]]);
  assert.deepEqual(returnsOf({ returns: {} }, PLANNERS), []);
});

test("all cards of an environment share an axis, which has room for every error bar", () => {
  const cards = [
    card("early", "A", 1, { prior: { mean: 0, standard_error: 10 } }),
    card("final", "A", 2, { prior: { mean: 500, standard_error: 0 }, trt_smc: { mean: null, standard_error: null } }),
  ];
  const { low, high, ticks } = returnsScale(cards);
  assert.ok(low < -10 && high > 500);
  assert.deepEqual(ticks, [0, 200, 400]);
  assert.equal(shareOf({ low: 0, high: 10 }, 5), 50);
});

test("an axis has some width where all values are equal, and where there are none", () => {
  const { low, high, ticks } = scaleOf([500, 500]);
  assert.ok(low < 500 && high > 500 && ticks.length >= 2);
  assert.deepEqual(scaleOf([NaN]), { low: 0, high: 1, ticks: [0, 1] });
  assert.deepEqual(roundValues(-0.31, 0.31, 4), [-0.2, 0, 0.2]);
  assert.deepEqual(roundValues(0, 200000, 4), [0, 50000, 100000, 150000, 200000]);
});

test("a mean is as fine as its error", () => {
  assert.deepEqual(
    [[161.78, 2.56], [-156.8, 10.2], [0.13, 0.0338], [500, 0], [0.99, 1e-8], [-0.0001, 0.02], [1.5, NaN], [null, null]].map(([mean, error]) => measured(mean, error)),
    ["161.8 ± 2.6", "−157 ± 10", "0.130 ± 0.034", "500 ± 0", "0.99 ± 0", "0.000 ± 0.020", "1.5", "none"]);
});

test("facts are in words, also those that a card leaves out", () => {
  assert.deepEqual(factsOf(card("a", "A", 24576)), [
    ["environment steps", "24,576"], ["wall time", "24 s"], ["device", "cpu"], ["licence", "Apache-2.0"], ["sha256", "0123456789ab…", "0123456789abcdef"],
  ]);
  assert.deepEqual(factsOf({ training: {}, licence: "MIT", sha256: "" }).slice(0, 3).map(([, text]) => text), ["not said", "not said", "not said"]);
  assert.deepEqual([8, 99.6, 746.9, 12000].map(duration), ["8 s", "100 s", "12 min", "3 h 20 min"]);
  assert.equal(whole("many"), "not said");
});

const RESULTS = {
  about: { command: "python -m benchmarks learning", device: "a GPU", interval: "95 % of bootstrap samples" },
  environments: {
    "CartPole-v1": {
      unit: "return of the greedy policy",
      curves: {
        trt_smc: { title: "TRT-SMC", seeds: 5, environment_steps: [0, 1000, 2000], iqm: [10, null, 500], low: [5, null, 490], high: [15, null, 500] },
        ppo: { seeds: 3, environment_steps: [0, 4000], iqm: [10, 300] },
      },
    },
  },
};

test("learning curves keep what was measured, and axes have room for the bands", () => {
  const [{ environment, lines, x, y }] = readLearning(RESULTS);
  assert.equal(environment, "CartPole-v1");
  assert.deepEqual(lines.map(({ title, points }) => [title, points.length]), [["TRT-SMC", 2], ["ppo", 2]]);
  assert.deepEqual(lines[1].points.at(-1), { x: 4000, y: 300, low: 300, high: 300 });
  assert.deepEqual([x.low, x.high], [0, 4000]);
  assert.ok(y.low < 5 && y.high > 500);
});

test("an algorithm looks the same in all charts, in which others may be missing", () => {
  const curve = { seeds: 5, environment_steps: [0, 1000], iqm: [10, 20] };
  const charts = readLearning({ environments: { A: { unit: "", curves: { trt_smc: curve, ppo: curve } }, B: { unit: "", curves: { trt_smc: curve, spo: curve, ppo: curve } } } });
  assert.deepEqual(charts.map(({ lines }) => lines.map(({ title, look }) => [title, look])), [[["trt_smc", 0], ["ppo", 2]], [["trt_smc", 0], ["spo", 1], ["ppo", 2]]]);
});

test("seeds are counted in words", () => {
  assert.deepEqual([[], [{}], [{ seeds: 1 }], [{ seeds: 20 }, { seeds: 20 }, {}], [{ seeds: 20 }, { seeds: 5 }]].map(seedsOf), ["", "", "1 seed", "20 seeds", "5 to 20 seeds"]);
});

test("a chart says in words where its lines end, and how they were measured", () => {
  const charts = readLearning(RESULTS);
  assert.equal(narrateLearning(charts[0]),
    "CartPole-v1, return of the greedy policy over environment steps: TRT-SMC ends at 500 (490 to 500) after 2,000 steps and ppo ends at 300 (300 to 300) after 4,000 steps.");
  assert.equal(aboutLearning(RESULTS, charts),
    "Line: interquartile mean over 3 to 5 seeds. Band: 95 % of bootstrap samples. Measured by python -m benchmarks learning on a GPU.");
  assert.equal(aboutLearning({}, []), "Line: interquartile mean.");
});

test("a file of another shape is an error, not an empty chart", () => {
  assert.throws(() => readLearning({}), TypeError);
  assert.throws(() => readLearning({ environments: { A: { curves: { ppo: {} } } } }), TypeError);
});

test("labels that would touch are pushed apart and stay inside", () => {
  assert.deepEqual(spreadLabels([10, 100], 14, 190), [10, 100]);
  assert.deepEqual(spreadLabels([50, 52, 51], 14, 190), [50, 78, 64]);
  assert.deepEqual(spreadLabels([189, 190, 188], 14, 190), [176, 190, 162]);
  assert.deepEqual([500, 1500, 200000, 1.5e6].map(shortSteps), ["500", "1.5k", "200k", "1.5M"]);
});
