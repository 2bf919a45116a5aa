// The same plan with many seeds: what of a decision is the state's, and what is luck. The answer of the server as data, as a sentence and as a
// figure; pure.

import { priorMass } from "./action_axis.js";
import { decode, SEEDS } from "../frame/decode.js";
import { axisStyle, labelWidth, layoutStyle, plain, valueLine, valueRange } from "./plotly_style.js";
import { actionColour, actionGlyph } from "../lib/palette.js";
import { alike, amount, fixed, number } from "../lib/format.js";
import { quartiles } from "../lib/quartiles.js";
import { roundValues } from "../lib/scale.js";

/** The answer, with what the page knows of the moment from the frame that was shown when it came. Row 0 is the session's own seed. */
export function readSeeds(buffer, frame) {
  const { arrays, metadata } = decode(buffer, SEEDS);
  const { session, continuous, dimensions, bounds, actions, root_gaussian, interventions } = frame;
  const result = {
    session, interventions, continuous, dimensions, bounds, root_gaussian, planner: metadata.planner, checkpoint: metadata.checkpoint, step: Number(metadata.step),
    seed: Number(metadata.seed), settings: JSON.parse(metadata.settings), count: arrays.seed.shape[0], actions: continuous ? [] : actions, truth: null,
  };
  for (const name of ["root_policy", "root_q", "value_target", "log_evidence", "chosen_action"]) result[name] = arrays[name].data;
  result.root_value = arrays.root_value.data[0];
  if (!staleness(result, frame)) result.truth = frame.truth;
  return result;
}

const sorted = (settings) => JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Changes since, as "of step 12, other settings"; "" where nothing has. */
export function staleness(result, frame) {
  if (result.session !== frame.session) return "made before this moment was opened";
  const other = (what, differs) => differs && `other ${what}`;
  const parts = [
    result.step !== frame.step && `of step ${result.step}`,
    other("seed", result.seed !== Number(frame.seed)),
    other("settings", sorted(result.settings) !== sorted(frame.settings)),
    other("interventions", JSON.stringify(result.interventions) !== JSON.stringify(frame.interventions)),
  ];
  return parts.filter(Boolean).join(", ");
}

/** "up is chosen by 61 of 64 seeds", and how far value targets lie apart. */
export function seedsSentence(result) {
  // They belong to the random numbers of one plan.
  const without = result.interventions.length ? "Without the interventions: " : "";
  return without + decisionsSentence(result);
}

function decisionsSentence(result) {
  const { count, chosen_action, value_target } = result;
  const values = quartiles(value_target);
  const spread = values && `Value target ${near(values.median, values)} at the median, half of them ${near(values.low, values)} to ${near(values.high, values)}.`;
  if (result.continuous) {
    const { low, median, high } = /** @type {{low: number, median: number, high: number}} */ (quartiles(firstDimension(result)));
    const text = (value) => amount(value, result.bounds[0]);
    return `Of ${count} seeds the median chooses ${result.dimensions[0]} ${text(median)}, half of them ${text(low)} to ${text(high)}. ${spread ?? ""}`.trim();
  }
  const votes = result.actions.map((_, action) => chosen_action.filter((chosen) => chosen === action).length);
  const first = votes.indexOf(Math.max(...votes));
  return `${result.actions[first]} is chosen by ${votes[first]} of ${count} seeds. ${spread ?? ""}`.trim();
}

/** A number as fine as a distribution is wide. */
function near(value, { low, high }) {
  const digits = high > low ? Math.min(Math.max(1 - Math.floor(Math.log10(high - low)), 0), 6) : 4;
  return fixed(value, digits);
}

/** Actions chosen, by their first dimension. */
const firstDimension = ({ chosen_action, dimensions: { length } }) => Array.from(chosen_action).filter((_, index) => index % length === 0);

/** The legend, as `writeKey` takes it. */
export function seedsKey({ truth, interventions }) {
  const lines = [["★", interventions.length ? "this seed, unchanged" : "this run"], ["┊", "V(s₀)"]];
  return [truth ? [...lines, ["◆", "exact"], ["┆", "V*"]] : lines];
}

// Dots that share a row are spread over it, evenly and always alike.
const JITTER = 0.5;
const spreadOf = (seed) => (((seed * 0.618034) % 1) - 0.5) * JITTER;

// Half the height of a box, in rows.
const BOX = 0.33;

/** Boxes around the middle half of each row and a line at its median, as one line with gaps. */
function boxes(rows) {
  const found = rows.flatMap(({ at, values }) => {
    const middle = quartiles(values);
    if (!middle) return [];
    const { low, median, high } = middle;
    return [[low, at - BOX], [high, at - BOX], [high, at + BOX], [low, at + BOX], [low, at - BOX], [null, null], [median, at - BOX], [median, at + BOX], [null, null]];
  });
  return { x: found.map(([x]) => x), y: found.map(([, y]) => y) };
}

/** Dots, their quartiles, and this run, over one pair of axes. `rows` is [{at, values, colour}], row 0 of the values this run. */
function distribution(rows, axes, theme, name) {
  const flat = (part) => rows.flatMap(part);
  return [
    { type: "scatter", mode: "lines", ...axes, name: "quartiles", ...boxes(rows), line: { width: 1, color: theme.muted }, hoverinfo: "skip" },
    {
      type: "scatter", mode: "markers", ...axes, name,
      x: flat(({ values }) => values), y: flat(({ at, values }) => values.map((_, seed) => at + spreadOf(seed))),
      customdata: flat(({ values }) => values.map((_, seed) => seed)), text: flat(({ values }) => values.map((value) => number(value, 4))),
      marker: { size: 4, color: flat(({ colour, values }) => values.map(() => colour)), opacity: 0.5 },
      hovertemplate: `${name} %{text}, seed + %{customdata}<extra></extra>`,
    },
    {
      type: "scatter", mode: "markers", ...axes, name: "this run", x: rows.map(({ values }) => values[0]), y: rows.map(({ at }) => at), cliponaxis: false,
      text: rows.map(({ values }) => number(values[0], 4)), hovertemplate: `this run: ${name} %{text}<extra></extra>`,
      marker: { size: MARK, symbol: "star", color: theme.ink, line: { width: 1, color: theme.paper }, opacity: 1 },
    },
  ];
}

/** The distributions as a plain Plotly figure; pure. */
export function seedsFigure(result, theme) {
  const { value_target, log_evidence, root_value, truth } = result;
  const numbers = (values) => Array.from(values, (value) => (Number.isFinite(value) ? value : null));
  const evidence = numbers(log_evidence);
  const hasEvidence = evidence.some((value) => value !== null);
  const upper = result.continuous ? actionPart(result, theme) : columnsPart(result, theme);
  const row = (values) => [{ at: 0, values: numbers(values), colour: theme.accent }];
  const axis = axisStyle(theme);
  const strip = { ...axis, visible: false, range: [-0.6, 0.6], domain: [0, 0.17] };
  const exactEvidence = truth?.logEvidence?.at(-1);
  return {
    data: [
      ...upper.data,
      ...distribution(row(value_target), { xaxis: "x3", yaxis: "y3" }, theme, "value target"),
      ...(hasEvidence ? distribution(row(log_evidence), { xaxis: "x4", yaxis: "y4" }, theme, "log-evidence") : []),
    ],
    layout: {
      ...layoutStyle(theme), ...upper.layout, margin: { ...upper.layout.margin, t: 16, b: 18, r: 10 },
      xaxis3: { ...axis, anchor: "y3", domain: [0, 0.46], ...scaleOf([...value_target, root_value, truth?.value, truth?.optimalValue]) },
      yaxis3: { ...strip, anchor: "x3" },
      xaxis4: { ...axis, anchor: "y4", domain: [0.54, 1], visible: hasEvidence, ...scaleOf([...evidence, exactEvidence]) },
      yaxis4: { ...strip, anchor: "x4" },
      shapes: [
        ...(upper.layout.shapes ?? []),
        ...valueLine("x3", root_value, { color: theme.muted, dash: "dot" }, "y3 domain"),
        ...valueLine("x3", truth?.value, { color: theme.truth, width: 2.5 }, "y3 domain"),
        ...valueLine("x3", truth?.optimalValue, { color: theme.ink, dash: "dash" }, "y3 domain"),
        ...(hasEvidence ? valueLine("x4", exactEvidence, { color: theme.truth, width: 2.5 }, "y4 domain") : []),
      ],
      annotations: [
        ...upper.titles.map(([text, x]) => title(text, x, 1, theme)),
        title("value target", 0, 0.17, theme), hasEvidence ? title("log-evidence", 0.54, 0.17, theme) : title("no evidence", 0.54, 0.08, theme),
      ],
    },
  };
}

const EDGE = 0.1;
// Long names of actions leave little room for more.
const TICKS = 2;

/** Range and ticks of a value axis. */
function scaleOf(values) {
  const range = valueRange(values);
  return { range, ...ticksOf(...range, TICKS) };
}

/** Two to `count` round ticks with as many decimals each; none so near to an end that its number reaches the next figure. */
function ticksOf(low, high, count) {
  const edge = EDGE * (high - low);
  const within = (each) => roundValues(low + edge, high - edge, each);
  const all = [count, count + 1, count + 2].map(within).find(({ length }) => length > 1) ?? [low + edge, high - edge];
  const tickvals = all.filter((_, index) => index % Math.ceil(all.length / count) === 0);
  return { tickvals, ticktext: alike(tickvals) };
}

const title = (text, x, y, theme) => ({
  text, x, y, xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 10.5, color: theme.muted },
});

// Pixels across the largest mark.
const MARK = 12;
const UPPER = [0.36, 1];

/** Improved policy and Q-hat per action, a row each. */
function columnsPart(result, theme) {
  const { actions, count, root_policy, root_q, truth } = result;
  const rowsOf = (values) =>
    actions.map((_, at) => ({
      at, values: Array.from({ length: count }, (_, seed) => finiteOrNull(values[seed * actions.length + at])), colour: actionColour(theme, result, at),
    }));
  const [policies, qs] = [rowsOf(root_policy), rowsOf(root_q)];
  const axis = axisStyle(theme);
  const places = actions.map((_, action) => action);
  const exact = (values, axes) => ({
    type: "scatter", mode: "markers", ...axes, name: "exact", x: Array.from(values), y: places, cliponaxis: false,
    text: Array.from(values, (value) => number(value, 4)), hovertemplate: "exact %{text}<extra></extra>",
    marker: { symbol: "diamond-tall", size: 11, color: theme.truth, line: { color: theme.ink, width: 1 }, opacity: 1 },
  });
  return {
    data: [
      ...distribution(policies, {}, theme, "improved policy"),
      ...distribution(qs, { xaxis: "x2" }, theme, "Q-hat"),
      ...(truth ? [exact(truth.policy, {}), exact(truth.q, { xaxis: "x2" })] : []),
    ],
    titles: [["improved policy", 0], ["Q-hat", 0.62]],
    layout: {
      margin: { l: labelWidth(actions) },
      xaxis: { ...axis, domain: [0, 0.54], range: [-0.02, 1.02], tickvals: [0, 0.5, 1], ticktext: ["0.0", "0.5", "1.0"] },
      xaxis2: { ...axis, domain: [0.62, 1], ...scaleOf([...root_q, ...(truth?.q ?? [])]) },
      yaxis: {
        ...axis, domain: UPPER, range: [actions.length - 0.5, -0.5], tickvals: places, showgrid: false,
        // Marks at a share of 0 reach beyond the axis: names keep away from it.
        ticks: "outside", ticklen: MARK / 2 + 2, tickcolor: "transparent",
        ticktext: actions.map((name, at) => `<span style="color:${actionColour(theme, result, at)}">${actionGlyph(result, at)}</span> ${plain(name)}`),
      },
    },
  };
}

const finiteOrNull = (value) => (Number.isFinite(value) ? value : null);

/** Continuous actions: the actions chosen along their axis, over the prior. */
function actionPart(result, theme) {
  const { bounds: [[low, high]], dimensions, root_gaussian } = result;
  const prior = priorMass([low, high], root_gaussian[0], root_gaussian[dimensions.length]);
  const most = Math.max(...prior.map(({ mass }) => mass));
  const axis = axisStyle(theme);
  const air = (high - low) * 0.04;
  return {
    data: [
      {
        type: "scatter", mode: "lines", name: "prior density", x: prior.map(({ action }) => action), y: prior.map(({ mass }) => mass / most),
        fill: "tozeroy", fillcolor: theme.policies[0], line: { width: 0 }, opacity: 0.6, hoverinfo: "skip",
      },
      ...distribution([{ at: 0.5, values: firstDimension(result), colour: theme.accent }], {}, theme, dimensions[0]),
    ],
    titles: [[`${plain(dimensions[0])} chosen${dimensions.length > 1 ? `, the first of ${dimensions.length} dimensions` : ""}; grey: prior`, 0]],
    layout: {
      margin: { l: 14 },
      xaxis: { ...axis, range: [low - air, high + air], ...ticksOf(low, high, 5) },
      yaxis: { ...axis, domain: UPPER, range: [0, 1.1], visible: false },
    },
  };
}
