// The root decision as a plain Plotly figure: per action what the prior, the proposal and the improved policy say, and Q-hat beside it; where
// the environment can be solved, what is true of each.

import { actionAxisFigure } from "./action_axis.js";
import { captions } from "../frame/captions.js";
import { axisStyle, labelWidth, layoutStyle, optimalMark, plain, rootValueLines, truthMark, valueRange } from "./plotly_style.js";
import { narrateDecision, neverTried } from "../frame/narration.js";
import { around, element } from "../lib/elements.js";
import { writeKey } from "./legend.js";
import { actionColour, actionGlyph, actionSymbol } from "../lib/palette.js";
import { number, percent } from "../lib/format.js";

/** The figure of one plan; pure. */
export const decisionFigure = (frame, theme) => (frame.continuous ? actionAxisFigure : barFigure)(frame, theme);

function barFigure(frame, theme) {
  const { actions, root_prior, root_proposal, root_policy, root_q, root_visits } = frame;
  const rows = actions.map((_, action) => action);
  const bars = [["prior", root_prior], [captions(frame).shares, root_proposal], ["improved policy", root_policy]].map(([name, shares], index) => ({
    type: "bar", orientation: "h", name, y: rows, x: Array.from(shares), marker: { color: theme.policies[index] },
    text: name === "improved policy" && actions.length <= 8 ? Array.from(shares, percent) : undefined,
    textposition: "auto", textangle: 0, constraintext: "none", insidetextanchor: "end", textfont: { size: 10 }, hovertemplate: `${name} %{x:.3f}<extra></extra>`,
  }));
  const tried = rows.filter((action) => Number.isFinite(root_q[action]));
  const values = {
    type: "scatter", mode: "markers", name: "Q-hat", y: tried, x: tried.map((action) => root_q[action]), xaxis: "x2",
    marker: {
      size: 9, color: tried.map((action) => actionColour(theme, frame, action)), symbol: tried.map((action) => actionSymbol(frame, action)),
    },
    customdata: tried.map((action) => root_visits?.[action] ?? 0),
    hovertemplate: `Q-hat %{x:.4g}, %{customdata} ${frame.tree ? "simulations" : "particles"}<extra></extra>`,
  };
  return { data: [...bars, values, ...truthMarks(frame, theme, rows)], layout: layout(frame, theme, rows) };
}

/** Markers at what is true of each action; none where the environment cannot be solved. */
function truthMarks({ truth }, theme, rows) {
  if (!truth) return [];
  const marks = (name, values, marker, more) => ({
    type: "scatter", mode: "markers", name, y: rows, x: Array.from(values), marker, hovertemplate: `${name} %{x:.4g}<extra></extra>`, cliponaxis: false, ...more,
  });
  return [
    marks("exact posterior", truth.policy, truthMark(theme)),
    marks("Q soft, exact", truth.q, { ...truthMark(theme), size: 10 }, { xaxis: "x2" }),
    marks("Q optimal", truth.optimalQ, optimalMark(theme), { xaxis: "x2" }),
  ];
}

function layout(frame, theme, rows) {
  const { root_value, value_target, actions, chosen, root_prior, root_proposal, root_policy, root_q, truth } = frame;
  // With many actions all shares are small. Few steps, so that the axis stands still while playing.
  const most = Math.max(...root_prior, ...root_proposal, ...root_policy, ...(truth?.policy ?? []));
  const reach = [0.1, 0.25, 0.5, 1].find((end) => most <= end) ?? 1;
  const ticks = rows.map((action) => {
    const name = `<span style="color:${actionColour(theme, frame, action)}">${actionGlyph(frame, action)}</span> ${plain(actions[action])}`;
    return action === chosen ? `<b>▸ ${name}</b>` : name;
  });
  const axis = axisStyle(theme);
  return {
    ...layoutStyle(theme), barmode: "group", bargap: 0.28, bargroupgap: 0.06,
    margin: { l: labelWidth(actions), r: 10, t: 4, b: 20 },
    xaxis: { ...axis, domain: [0, 0.58], range: [0, reach], tickvals: [0, reach / 2, reach] },
    xaxis2: { ...axis, domain: [0.68, 1], nticks: 3, range: valueRange([...root_q, root_value, value_target, ...(truth ? [...truth.q, ...truth.optimalQ] : [])]) },
    yaxis: { ...axis, autorange: "reversed", tickvals: rows, ticktext: ticks, tickfont: { size: 11 }, showgrid: false },
    shapes: rootValueLines("x2", frame, theme),
  };
}

/** What the marks of the figure mean, as [mark, text]; a mark is a bar's name or a glyph. What is true comes on a line of its own. */
export function decisionKey(frame) {
  const { continuous, truth } = frame;
  if (continuous) return [[["prior", "prior density"], ["–", captions(frame).shares], ["●", "improved policy, Q-hat below"]]];
  const own = [["prior", "prior"], ["proposal", captions(frame).shares], ["improved", "improved policy"]];
  return truth ? [[...own, ["◆", "exact posterior"]], [["●", "Q-hat"], ["◆", "Q soft, exact"], ["×", "Q optimal"]]] : [[...own, ["", "Q-hat"]]];
}

/** KL(improved policy, prior) in nats: how much the plan changed the network's mind. */
export function klPolicyPrior({ root_policy, root_prior }) {
  return root_policy.reduce((sum, share, action) => (share > 0 ? sum + share * Math.log(share / root_prior[action]) : sum), 0);
}

/** Largest distance of Q-hat from the truth, over the actions tried. */
export function qError({ root_q, truth }) {
  const errors = Array.from(root_q, (value, action) => Math.abs(value - truth.q[action])).filter(Number.isFinite);
  return errors.length ? Math.max(...errors) : NaN;
}

/** The numbers below the figure, as [name, value, help]. */
export function decisionNumbers(frame) {
  const { truth, levels } = frame;
  const judged = frame.valueSource ? ` (${frame.valueSource})` : "";
  const values = [
    ["┊ V(s₀)", number(frame.root_value, 4), `The ${frame.valueSource ? "planner's" : "network's"} value of this state${judged} (dotted line).`],
    ["│ value target", number(frame.value_target, 4), "What the plan makes of it (solid line)."],
  ];
  const change = ["KL to prior", number(klPolicyPrior(frame), 2), "How far the improved policy left the prior, in nats."];
  const budget = frame.tree
    ? ["nodes", number(frame.steps), "Steps in the search tree."]
    : ["log-evidence", number(frame.log_evidence[levels - 1]), "Logarithm of the mean weight over the whole plan."];
  if (!truth) return [...values, change, budget];
  const evidence = frame.log_evidence?.[levels - 1];
  const error = truth.logEvidence && evidence - truth.logEvidence[levels - 1];
  return [
    ...values,
    ["V soft", number(truth.value, 4), "Exact value of this state for who pays the reward temperature for leaving the prior."],
    ["V*", number(truth.optimalValue, 4), "Exact value of this state under the optimal policy."],
    change,
    ["KL to exact", number(truth.kl, 2), "KL of the improved policy to the exact posterior, in nats."],
    ["Q-hat error", number(qError(frame), 2), "Largest distance of Q-hat from the exact Q soft, over the actions tried."],
    error === null || error === undefined
      ? budget
      : [
        "log-evid. (error)", `${number(evidence)} (${error < 0 ? "" : "+"}${number(error, 2)})`,
        "Log-evidence at the last level; in brackets the estimate less what is exact.",
      ],
  ];
}

/** Writes the decision into an element: key, figure (as soon as there is Plotly), numbers and a sentence. */
export function renderDecision(root, frame, theme) {
  if (!root.childElementCount) {
    root.append(element("p", "key decision-key"), element("div", "decision-figure"), element("dl", "decision-numbers"), element("p", "hint decision-note"));
  }
  const [key, figure, numbers, note] = root.children;
  writeKey(key, decisionKey(frame));
  const { data, layout: arranged } = decisionFigure(frame, theme);
  globalThis.Plotly?.react(figure, data, arranged, { displayModeBar: false, responsive: true });
  numbers.replaceChildren(...decisionNumbers(frame).map(([name, value, help]) => {
    const term = element("dt", "", name);
    term.title = help;
    return around("div", "", term, element("dd", "", value));
  }));
  const others = frame.dimensions.length > 1 ? `Of ${frame.dimensions.length} dimensions the first is shown.` : "";
  note.textContent = [narrateDecision(frame), neverTried(frame), others].filter(Boolean).join(" ");
}
