// The root decision where actions are continuous: an axis of actions instead of a row for each. Above it what the prior, the proposal and the
// improved policy say of the atoms the particles chose among, below it their Q-hat.

import { axisStyle, layoutStyle, plain, rootValueLines, valueRange } from "./plotly_style.js";
import { actionColour } from "../lib/palette.js";

const BINS = 64;
// The prior is a background: its highest point stands a little below the top.
const DENSITY_REACH = 1.15;

/** The standard normal distribution, by a rational approximation of the error function that is good to a millionth. */
function normalCdf(value) {
  const [x, t] = [Math.abs(value) / Math.SQRT2, 1 / (1 + (0.3275911 * Math.abs(value)) / Math.SQRT2)];
  const tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x);
  return value < 0 ? tail / 2 : 1 - tail / 2;
}

/**
 * The mass of a squashed Gaussian in even bins of the action's range; pure. Its density has no bound where it is pressed against an end, its
 * mass has.
 * @returns {{action: number, mass: number}[]} by the middle of each bin
 */
export function priorMass([low, high], mean, deviation, bins = BINS) {
  const below = (share) => (share <= 0 ? 0 : share >= 1 ? 1 : normalCdf((Math.atanh(2 * share - 1) - mean) / deviation));
  return Array.from({ length: bins }, (_, bin) => ({
    action: low + ((bin + 0.5) / bins) * (high - low),
    mass: below((bin + 1) / bins) - below(bin / bins),
  }));
}

/** The figure of one plan; pure. */
export function actionAxisFigure(frame, theme) {
  const { actions, atoms, bounds: [bounds], dimensions, root_gaussian, root_prior, root_proposal, root_policy, root_q, root_visits, chosen } = frame;
  const rows = actions.map((_, atom) => atom);
  const colours = rows.map((atom) => actionColour(theme, frame, atom));
  const tried = rows.filter((atom) => Number.isFinite(root_q[atom]));
  const prior = priorMass(bounds, root_gaussian[0], root_gaussian[dimensions.length]);
  const names = actions.map(plain);
  // A background: how high it stands means nothing beside the shares of the atoms, only where it is high.
  const policyTop = [0.1, 0.25, 0.5, 1].find((end) => Math.max(...root_prior, ...root_proposal, ...root_policy) * 1.06 <= end) ?? 1.06;
  const rise = policyTop / (Math.max(...prior.map(({ mass }) => mass)) * DENSITY_REACH);
  const head = (atoms) => ({
    opacity: 1,
    size: atoms.map((atom) => (atom === chosen ? 13 : 9)),
    color: atoms.map((atom) => (root_visits[atom] ? colours[atom] : theme.paper)),
    line: { color: atoms.map((atom) => (atom === chosen ? theme.ink : colours[atom])), width: atoms.map((atom) => (atom === chosen ? 2.5 : 1.5)) },
  });
  const data = [
    {
      type: "scatter", mode: "lines", name: "prior density", x: prior.map(({ action }) => action), y: prior.map(({ mass }) => mass * rise),
      fill: "tozeroy", fillcolor: theme.policies[0], line: { width: 0 }, opacity: 0.7, hoverinfo: "skip",
    },
    {
      type: "scatter", mode: "lines", name: "stems", x: rows.flatMap((atom) => [atoms[atom], atoms[atom], null]), y: rows.flatMap((atom) => [0, root_policy[atom], null]),
      line: { color: theme.ink, width: 1.6 }, hoverinfo: "skip",
    },
    {
      type: "scatter", mode: "markers", name: "proposal", x: atoms, y: Array.from(root_proposal), text: names,
      marker: { symbol: "line-ew", size: 11, line: { color: theme.policies[1], width: 3 } }, hovertemplate: "%{text}: proposal %{y:.3f}<extra></extra>",
    },
    {
      type: "scatter", mode: "markers", name: "improved policy", x: atoms, y: Array.from(root_policy), text: names, marker: head(rows), cliponaxis: false,
      hovertemplate: "%{text}: improved policy %{y:.3f}<extra></extra>",
    },
    {
      type: "scatter", mode: "markers", name: "Q-hat", x: tried.map((atom) => atoms[atom]), y: tried.map((atom) => root_q[atom]), yaxis: "y2",
      text: tried.map((atom) => names[atom]), customdata: tried.map((atom) => root_visits[atom]), marker: head(tried), cliponaxis: false,
      hovertemplate: `%{text}: Q-hat %{y:.4g}, %{customdata} ${frame.tree ? "simulations" : "particles"}<extra></extra>`,
    },
  ];
  return { data, layout: layout(frame, theme, policyTop) };
}

function layout(frame, theme, top) {
  const { bounds: [[low, high]], dimensions, root_q, root_value, value_target } = frame;
  const axis = axisStyle(theme);
  const air = (high - low) * 0.04;
  return {
    ...layoutStyle(theme), margin: { l: 46, r: 14, t: 8, b: 32 },
    xaxis: { ...axis, range: [low - air, high + air], anchor: "y2", nticks: 7, title: { text: plain(dimensions[0]), font: { size: 11 }, standoff: 2 } },
    yaxis: { ...axis, domain: [0.42, 1], range: [0, top], tickvals: [0, top / 2, top] },
    yaxis2: { ...axis, domain: [0, 0.32], range: valueRange([...root_q, root_value, value_target]), nticks: 3 },
    shapes: rootValueLines("y2", frame, theme),
  };
}
