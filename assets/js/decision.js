// The root decision as a plain Plotly figure: per action what the prior, the proposal and the improved policy say, and Q-hat beside it.

import { captions } from "./captions.js";
import { actionColour, actionGlyph, actionSymbol } from "./palette.js";
import { number, percent } from "./words.js";

// Plotly reads a little HTML in labels; names come from the environment.
const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** The figure of one plan; pure. */
export function decisionFigure(frame, theme) {
  const { actions, root_prior, root_proposal, root_policy, root_q, root_visits } = frame;
  const rows = actions.map((_, action) => action);
  const bars = [["prior", root_prior], [captions(frame).shares, root_proposal], ["improved policy", root_policy]].map(([name, shares], index) => ({
    type: "bar", orientation: "h", name, y: rows, x: Array.from(shares), marker: { color: theme.policies[index] },
    text: name === "improved policy" && actions.length <= 8 ? Array.from(shares, percent) : undefined,
    textposition: "auto", textfont: { size: 10 }, hovertemplate: `${name} %{x:.3f}<extra></extra>`,
  }));
  const tried = rows.filter((action) => Number.isFinite(root_q[action]));
  const values = {
    type: "scatter", mode: "markers", name: "Q-hat", y: tried, x: tried.map((action) => root_q[action]), xaxis: "x2",
    marker: {
      size: 9, color: tried.map((action) => actionColour(theme, action)), symbol: tried.map(actionSymbol),
    },
    customdata: tried.map((action) => root_visits?.[action] ?? 0),
    hovertemplate: `Q-hat %{x:.4g}, %{customdata} ${frame.tree ? "simulations" : "particles"}<extra></extra>`,
  };
  return { data: [...bars, values], layout: layout(frame, theme, rows) };
}

function layout(frame, theme, rows) {
  const { root_value, value_target, actions, chosen, root_prior, root_proposal, root_policy } = frame;
  // With many actions all shares are small. Few steps, so that the axis stands still while playing.
  const reach = [0.1, 0.25, 0.5, 1].find((end) => Math.max(...root_prior, ...root_proposal, ...root_policy) <= end) ?? 1;
  const ticks = rows.map((action) => {
    const name = `<span style="color:${actionColour(theme, action)}">${actionGlyph(action)}</span> ${plain(actions[action])}`;
    return action === chosen ? `<b>▸ ${name}</b>` : name;
  });
  const axis = { gridcolor: theme.grid, zeroline: false, tickfont: { size: 10 }, fixedrange: true };
  const mark = (value, dash) => ({
    type: "line", xref: "x2", yref: "paper", x0: value, x1: value, y0: 0, y1: 1, line: { color: theme.muted, width: 1.4, dash }, layer: "below",
  });
  return {
    barmode: "group", bargap: 0.28, bargroupgap: 0.06, uirevision: "keep", showlegend: false,
    margin: { l: labelWidth(actions), r: 10, t: 4, b: 20 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.family, size: 11, color: theme.ink },
    xaxis: { ...axis, tickangle: 0, domain: [0, 0.58], range: [0, reach], tickvals: [0, reach / 2, reach] },
    xaxis2: { ...axis, domain: [0.68, 1], nticks: 3, tickangle: 0, range: valueRange(frame) },
    yaxis: { ...axis, autorange: "reversed", tickvals: rows, ticktext: ticks, tickfont: { size: 11 }, showgrid: false },
    shapes: [mark(root_value, "dot"), mark(value_target, "solid")].filter(({ x0 }) => Number.isFinite(x0)),
    hoverlabel: { font: { size: 11 } },
  };
}

/** Room for the longest name. Left to itself Plotly measures it, and draws everything twice. */
const labelWidth = (actions) => Math.min(36 + 7 * Math.max(...actions.map((name) => name.length)), 130);

/** Everything on the value axis with some air; never narrower than a hundredth, so that equal values do not jitter. */
function valueRange({ root_q, root_value, value_target }) {
  const values = [...root_q, root_value, value_target].filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = Math.max((high - low) * 0.2, Math.abs(high) * 0.005, 0.005);
  return [low - air, high + air];
}

/** KL(improved policy, prior) in nats: how much the plan changed the network's mind. */
export function klPolicyPrior({ root_policy, root_prior }) {
  return root_policy.reduce((sum, share, action) => (share > 0 ? sum + share * Math.log(share / root_prior[action]) : sum), 0);
}

/** The numbers below the figure, as [name, value, help]. */
export function decisionNumbers(frame) {
  return [
    ["┊ V(s₀)", number(frame.root_value, 4), "The network's value of this state (dotted line)."],
    ["│ value target", number(frame.value_target, 4), "What the plan makes of it (solid line)."],
    ["KL to prior", number(klPolicyPrior(frame), 2), "How far the improved policy left the prior, in nats."],
    frame.tree
      ? ["nodes", number(frame.steps), "Steps in the search tree."]
      : ["log-evidence", number(frame.log_evidence[frame.levels - 1]), "Logarithm of the mean weight over the whole plan."],
  ];
}
