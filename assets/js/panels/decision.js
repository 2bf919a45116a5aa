// The root decision: per action the prior, the proposal, the improved policy and Q-hat, and what is exact where the environment can be solved.
// A panel of its own: key, picture, numbers and a sentence, without any library.

import { captions } from "../frame/captions.js";
import { klPolicyPrior } from "../frame/decision_numbers.js";
import { element } from "../lib/elements.js";
import { halvingReason, narrateChoice, narrateDecision, neverTried, OVER } from "../frame/narration.js";
import { axisLayout, axisPicture } from "./action_axis.js";
import { dotAreas, dotsLayout, dotsPicture } from "./decision_dots.js";
import { levelAreas, levelsLayout, levelsPicture } from "./decision_levels.js";
import { FEW, rowsLayout, rowsOf, rowsPicture } from "./decision_rows.js";
import { decimalsOf, fixed, nats, number, partOf, share, signed } from "../lib/format.js";
import { build, line, marker, node, optimalMarker, patch, textWidth, truthMarker } from "./shapes.js";
import { extent, steadyAxis, steadyReach } from "../lib/steady_axis.js";

const WIDTH = { least: 240, usual: 348 };
const NOTE = { size: 11.5, line: 15.5, padding: 20 };
// Below this the numbers stand in one column; where there are exact answers their names are longer.
const TWO_COLUMNS = { plain: 296, exact: 320 };

/** Views of the decision, with the words for them. */
export const VIEWS = {
  bars: "Bars of prior, proposal and improved policy, and Q-hat",
  dots: "Dots: to the right Q-hat with its spread, upwards the improved policy, as large as the prior",
  levels: "The improved policy as levels go by: that of the plan cut off after each",
};

/**
 * Positions in the picture at a width; its height depends on the view, the kind and number of actions and on whether there are exact answers.
 * @param {any} frame
 * @param {number} width
 * @param {{view?: string, rows?: any}} [shown] `rows` as `rowsOf` gives them
 */
export function decisionLayout(frame, width, { view = "bars", rows = null } = {}) {
  const wide = Math.max(width, WIDTH.least);
  if (view === "dots") return dotsLayout(frame, wide);
  if (view === "levels") return levelsLayout(frame, wide);
  return frame.continuous ? axisLayout(frame, wide) : rowsLayout(frame, wide, rows);
}

const PICTURES = { axis: axisPicture, rows: rowsPicture, dots: dotsPicture, levels: levelsPicture };

/** The picture of a plan as nodes of shapes.js; pure. `axes` as `decisionAxes` makes them; `action` is singled out; `pinned` is drawn as outlines. */
export const decisionPicture = (frame, theme, layout, axes, action = null, pinned = null) => PICTURES[layout.kind](frame, theme, layout, axes, action, pinned);

/** Areas that take the pointer, as {action, x, y, width, height}; -1 for the row of all others. */
export function decisionAreas(frame, layout, axes, action = null) {
  const { kind, width, height } = layout;
  if (kind === "axis") return layout.hits.map(({ x, width: wide }, atom) => ({ action: atom, x, y: 0, width: wide, height }));
  if (kind === "rows") return layout.rows.map(({ action: own, top, high }) => ({ action: own, x: 0, y: top, width, height: high }));
  return frame.over ? [] : kind === "dots" ? dotAreas(frame, layout, axes) : levelAreas(frame, layout, axes, action);
}

/** The axes of a plan after those of the plan before it (null at first), with room for one that is pinned; pure. */
export function decisionAxes(previous, frame, pinned = /** @type {any} */ (null)) {
  const { root_prior, root_proposal, root_policy, root_q, root_value, value_target, truth, playing, continuous, actions, over } = frame;
  const most = over ? 0 : Math.max(...(continuous ? [] : root_prior), ...root_proposal, ...root_policy, ...(truth?.policy ?? []), ...(pinned?.root_policy ?? []));
  const values = over ? null : extent([...root_q, root_value, value_target, ...(truth ? [...truth.q, ...truth.optimalQ] : []), ...(pinned?.root_q ?? [])]);
  const least = !continuous && actions.length <= FEW ? 1 : undefined;
  // Dots and lines need no room for bars that are compared with the whole, but all the room for small differences.
  const wide = over ? null : extent([...root_q, root_value, value_target, ...(frame.root_q_spread ?? []), ...(truth?.q ?? []), ...(pinned?.root_q ?? [])]);
  const highest = over ? 0 : Math.max(...root_policy, ...root_prior, ...(truth?.policy ?? []), ...(pinned?.root_policy ?? []), ...(frame["trail/policy"] ?? []));
  return {
    reach: steadyReach(previous?.reach, most, playing, least), q: steadyAxis(previous?.q ?? null, values, playing),
    wide: steadyAxis(previous?.wide ?? null, wide, playing), fine: steadyReach(previous?.fine, highest, playing),
  };
}

/** The legend of the picture, as lines of [mark, text, meaning]. */
export function decisionKey(frame, pinned = null, view = "bars") {
  const { continuous, truth } = frame;
  const ghost = pinned ? [["○", "A, pinned"]] : [];
  if (view === "dots") {
    const spread = frame.root_q_spread ? [["↔", "Q-hat, 10 to 90 % of its slots"]] : [];
    return [[["•", "size: prior"], ...spread, ...(frame["trail/level"] ? [["~", "by level"]] : []), ...ghost, ...(truth ? [["◆", "exact"]] : [])]];
  }
  if (view === "levels") return [[["~", "improved policy, cut off after each level"], ...(truth ? [["◆", "exact posterior"]] : [])]];
  const shares = captions(frame).shares;
  if (continuous) return [[["prior", "prior density"], ["–", shares], ["●", "improved policy"], ...ghost]];
  const own = [["prior", "prior", "The network's policy, before any planning"], ["proposal", shares], ["improved", "improved policy", "What the plan makes of it: the action is taken from it"]];
  const exact = [
    ["◆", "exact posterior", "The policy that infinitely many particles would find, with exact values"],
    ["◆", "Q soft, exact", "Exact return of an action for who pays the reward temperature for leaving the prior"],
    ["×", "Q optimal", "Exact return of an action under the optimal policy"],
  ];
  return [[...own, ["●", "Q-hat", "Return of an action as the plan estimates it"], ...ghost], ...(truth ? [exact] : [])];
}

/** Largest distance of Q-hat from the truth, over the actions tried. */
export function qError({ root_q, truth }) {
  const errors = Array.from(root_q, (value, action) => Math.abs(value - truth.q[action])).filter(Number.isFinite);
  return errors.length ? Math.max(...errors) : NaN;
}

/** Loss of the improved policy against the best action, in units of return (docs/method.md, Races). */
function regretOf({ root_policy, truth: { optimalQ } }) {
  const best = Math.max(...optimalQ);
  return root_policy.reduce((sum, part, action) => sum + (part > 0 ? part * (best - optimalQ[action]) : 0), 0);
}

/** The numbers below the picture, as [name, value, help]; the first half are values, with as many decimals each. None where nothing was planned. */
export function decisionNumbers(frame) {
  const numbers = plannedNumbers(frame);
  return frame.over ? numbers.map(([name, , help]) => [name, fixed(NaN, 0), help]) : numbers;
}

function plannedNumbers(frame) {
  const { truth, levels, root_value, value_target, valueSource } = frame;
  const decimals = decimalsOf([root_value, value_target, ...(truth ? [truth.value, truth.optimalValue] : [])]);
  const values = [
    ["┊ V(s₀)", fixed(root_value, decimals), `The ${valueSource ? "planner's" : "network's"} value of this state${valueSource ? ` (${valueSource})` : ""} (dotted line).`],
    ["│ value target", fixed(value_target, decimals), "What the plan makes of it (solid line)."],
  ];
  const change = ["KL to prior", nats(klPolicyPrior(frame)), "How far the improved policy left the prior, in nats."];
  const evidence = frame.log_evidence?.[levels - 1];
  const budget = frame.tree
    ? ["nodes", `${frame.steps}`, "Steps in the search tree."]
    : ["log-evidence", fixed(evidence, 3), "Logarithm of the mean weight over the whole plan."];
  if (!truth) return [...values, change, budget];
  const error = truth.logEvidence && evidence - truth.logEvidence[levels - 1];
  return [
    ...values,
    ["V soft", fixed(truth.value, decimals), "Exact value of this state for who pays the reward temperature for leaving the prior."],
    ["V*", fixed(truth.optimalValue, decimals), "Exact value of this state under the optimal policy."],
    ["regret", number(regretOf(frame)), "What the improved policy loses against the best action: the sum of its probabilities times max Q* less Q*."],
    change,
    ["KL to exact", nats(truth.kl), "KL of the improved policy to the exact posterior, in nats."],
    ["Q-hat error", fixed(qError(frame), 3), "Largest distance of Q-hat from the exact Q soft, over the actions tried."],
    budget,
    ...(error === null || error === undefined ? [] : [["log-evid. error", signed(error, 3), `Log-evidence at the last level, ${fixed(evidence, 3)}, less what is exact.`]]),
  ];
}

/** The sentence below: what is taken, and what the picture cannot show. All values are in the picture's own sentence. */
export function decisionNote(frame) {
  const { continuous, dimensions, actions, root_visits, over } = frame;
  if (over) return OVER;
  const missing = continuous && root_visits ? root_visits.filter((visits) => visits === 0).length : 0;
  return [
    narrateChoice(frame),
    ...(missing ? [`Never tried: ${missing} of ${actions.length} candidates.`] : []),
    ...(dimensions.length > 1 ? [`Of ${dimensions.length} dimensions the first is shown.`] : []),
  ].join(" ").replaceAll(" %", "\u00a0%");
}

/** Lines that the longest such sentence takes: the panel's height does not follow the values. */
export function noteLines({ actions, continuous, dimensions, traits, settings }, width) {
  const longest = actions.reduce((most, name) => (name.length > most.length ? name : most), "");
  const worst = `Chosen: ${longest}, from >99.9 % by the prior to >99.9 %.`
    + (traits.halving ? ` ${halvingReason(longest, settings)}` : "")
    + (continuous ? ` Never tried: ${actions.length} of ${actions.length} candidates.` : "")
    + (dimensions.length > 1 ? ` Of ${dimensions.length} dimensions the first is shown.` : "");
  return Math.ceil((textWidth(worst, NOTE.size) * 1.02) / (width - NOTE.padding));
}

/** All that is known of an action, a line each. */
export function actionTitle(frame, action, pinned = /** @type {any} */ (null)) {
  if (frame.over) return frame.actions[action];
  const { actions, chosen, root_prior, root_proposal, root_policy, root_q, root_visits, truth, tree, root_value, value_target, continuous } = frame;
  const decimals = decimalsOf([...root_q, root_value, value_target, ...(truth ? [...truth.q, ...truth.optimalQ] : [])]);
  const place = continuous ? ` (candidate ${action + 1} of ${actions.length})` : "";
  return [
    `${actions[action]}${place}${action === chosen ? ": chosen" : ""}`,
    `prior ${share(root_prior[action], 1)}`,
    `${captions(frame).shares} ${share(root_proposal[action], 1)}`,
    `improved policy ${share(partOf(root_policy, action), 1)}`,
    Number.isFinite(root_q[action]) ? `Q-hat ${fixed(root_q[action], decimals)}` : "never tried",
    ...(root_visits ? [`${tree ? "simulations" : "particles"}: ${root_visits[action]}`] : []),
    ...(truth
      ? [
        `exact posterior ${share(truth.policy[action], 1)}`, `Q soft, exact ${fixed(truth.q[action], decimals)}`,
        `Q optimal ${fixed(truth.optimalQ[action], decimals)}`,
      ]
      : []),
    ...(pinned && !continuous ? [`in A: improved policy ${share(partOf(pinned.root_policy, action), 1)}, Q-hat ${fixed(pinned.root_q[action], decimals)}`] : []),
  ].join("\n");
}

/**
 * Writes a plan's root decision, and over what was written before.
 * @param {ReturnType<typeof openDecision> & Record<string, any>} panel as `openDecision` makes it; axes go on from plan to plan
 * @param {any} frame
 * @param {import("../lib/palette.js").Theme} theme
 * @param {{onAction?: (action: number | null) => void, onSelect?: (action: number) => void, action?: number | null, pinned?: any, view?: string}} options `action` is singled out; `view` is one of VIEWS; `pinned` is a
 *   plan with the same root actions, drawn as outlines; `onAction` gets the
 *   action that is pointed at, null when none is any more; `onSelect` one that is clicked (without it `onAction` does)
 */
export function renderDecision(panel, frame, theme, options = {}) {
  panel.options = options;
  // Asking for it with every plan would have the whole page laid out in the middle of a painting.
  const width = (panel.resized && Math.round(panel.root.clientWidth)) || panel.width || WIDTH.usual;
  panel.resized = false;
  const changed = width !== panel.width;
  panel.width = width;
  const pinned = options.pinned ?? null;
  keepAxes(panel, frame, pinned);
  const view = options.view ?? "bars";
  const rows = frame.continuous ? null : rowsOf(frame, { all: panel.all, singled: options.action ?? null, before: panel.order });
  panel.order = rows?.order ?? null;
  const layout = decisionLayout(frame, width, { view, rows });
  Object.assign(panel, { view, rows });
  writeKey(panel, frame, theme, pinned);
  writePicture(panel, frame, theme, layout, options.action ?? null, pinned);
  writeNumbers(panel, frame, width);
  panel.note.textContent = decisionNote(frame);
  if (changed || panel.frame !== frame) panel.note.style.minHeight = `${noteLines(frame, width) * NOTE.line}px`;
  panel.frame = frame;
}

/**
 * The elements of a decision, once. Areas that take the pointer lie over the picture and stay, so that nothing flickers under it.
 * @param {Element} root
 * @param {import("../lib/lifetime.js").Lifetime} lifetime gives their listeners back
 * @param {() => void} [onResize] asks for another painting
 */
export function openDecision(root, lifetime, onResize = () => {}) {
  const [drawn, hits] = [build(node("g", {})), build(node("g", { fill: "transparent" }))];
  const picture = build(node("svg", { class: "decision-picture", role: "img" }));
  picture.append(drawn, hits);
  const panel = {
    root, key: element("p", "decision-key"), picture, drawn, hits, numbers: element("dl", "decision-numbers"), note: element("p", "decision-note"),
    pointed: /** @type {number | null} */ (null), options: /** @type {any} */ ({}), axes: /** @type {any} */ (null), width: 0, resized: true,
    /** True where very many actions all have a row. */
    all: false,
    order: /** @type {number[] | null} */ (null), view: "bars", rows: /** @type {any} */ (null),
  };
  lifetime.observe(new ResizeObserver(() => {
    if (Math.round(root.clientWidth) === panel.width) return;
    panel.resized = true;
    onResize();
  }), root);
  const actionOf = ({ target }) => (target.dataset?.action === undefined ? null : Number(target.dataset.action));
  const point = (under) => {
    const action = under !== null && under < 0 ? null : under;
    if (panel.pointed === action) return;
    panel.pointed = action;
    panel.options.onAction?.(action);
  };
  lifetime.listen(hits, "pointerover", (event) => point(actionOf(event)));
  lifetime.listen(picture, "pointerleave", () => point(null));
  lifetime.listen(hits, "click", (event) => {
    const { onSelect, onAction } = panel.options;
    const action = actionOf(event);
    if (action !== null && action < 0) {
      panel.all = true;
      return onResize();
    }
    return (onSelect ?? onAction)?.(action);
  });
  root.classList.add("decision");
  root.replaceChildren(panel.key, picture, panel.numbers, panel.note);
  return panel;
}

/** Axes go on from plan to plan of one planner, environment and checkpoint. The same plan drawn again does not count. */
function keepAxes(panel, frame, pinned) {
  const { session, environment, checkpoint, planner, tree, continuous, truth, settings } = frame;
  const names = continuous ? frame.dimensions : frame.actions;
  const from = JSON.stringify([session, environment, checkpoint, planner, tree, !!truth, names, Object.keys(settings)]);
  if (panel.frame === frame && panel.pinned === pinned && panel.axes) return;
  panel.axes = decisionAxes(panel.from === from ? panel.axes : null, frame, pinned);
  Object.assign(panel, { from, pinned });
}

function writePicture({ picture, drawn, hits, axes }, frame, theme, layout, action, pinned) {
  const { width, height } = layout;
  const attributes = {
    viewBox: `0 0 ${width} ${height}`, width: "100%", height, preserveAspectRatio: "xMinYMin meet", "font-family": theme.family,
    "aria-label": [narrateDecision(frame), neverTried(frame)].filter(Boolean).join(" "),
  };
  for (const [name, value] of Object.entries(attributes)) if (picture.getAttribute(name) !== `${value}`) picture.setAttribute(name, value);
  patch(drawn, decisionPicture(frame, theme, layout, axes, action, pinned));
  const areas = decisionAreas(frame, layout, axes, action);
  while (hits.childElementCount > areas.length) hits.lastChild.remove();
  areas.forEach(({ action: own, ...area }, index) => {
    const rect = hits.children[index] ?? hits.appendChild(build(node("rect", { "data-action": own }, node("title", {}))));
    if (rect.dataset.action !== `${own}`) rect.dataset.action = `${own}`;
    for (const [name, value] of Object.entries(area)) {
      const text = `${Math.round(value * 100) / 100}`;
      if (rect.getAttribute(name) !== text) rect.setAttribute(name, text);
    }
    const title = own < 0 ? "Click to see all actions" : actionTitle(frame, own, pinned);
    if (rect.firstChild.textContent !== title) rect.firstChild.textContent = title;
  });
}

function writeNumbers({ numbers }, frame, width) {
  const list = decisionNumbers(frame);
  const rows = width < TWO_COLUMNS[frame.truth ? "exact" : "plain"] ? list.length : Math.ceil(list.length / 2);
  numbers.style.gridTemplateRows = `repeat(${rows}, auto)`;
  while (numbers.childElementCount > list.length) numbers.lastChild.remove();
  list.forEach(([name, value, help], index) => {
    const pair = numbers.children[index] ?? numbers.appendChild(pairOf());
    const [term, number] = pair.children;
    if (term.textContent !== name) writeTerm(term, name, index < list.length / 2);
    if (pair.title !== help) pair.title = help;
    if (number.textContent !== value) number.textContent = value;
  });
}

/** The name of a number; those of values stand in line, with or without the line that marks them in the picture. */
function writeTerm(term, name, value) {
  const [, mark, words] = /** @type {RegExpExecArray} */ (/^([┊│] )?(.*)$/.exec(name));
  term.replaceChildren(...(value ? [element("span", "decision-line", mark ?? "")] : []), words);
}

function pairOf() {
  const pair = element("div");
  pair.append(element("dt"), element("dd"));
  return pair;
}

/** The sign of a mark in the key in a square of 10 pixels, drawn as in the picture. */
export function signNode(mark, theme) {
  const draw = {
    "●": () => marker("circle", 5, 5, 4, { fill: theme.ink }),
    "◆": () => truthMarker(theme, 5, 5, 3.6),
    "×": () => optimalMarker(theme, 5, 5, 3),
    "•": () => node("g", {}, marker("circle", 2.4, 6.6, 1.8, { fill: theme.ink }), marker("circle", 7, 5, 3, { fill: theme.ink })),
    "↔": () => line(1, 5, 9, 5, theme.muted, { "stroke-width": 3, "stroke-linecap": "round" }),
    "~": () => node("path", { d: "M0.5 8C4 8 5 2 9.5 2", fill: "none", stroke: theme.ink, "stroke-width": 1.5 }),
    "○": () => marker("circle", 5, 5, 3.6, { fill: "none", stroke: theme.ink, "stroke-width": 1.4, "stroke-dasharray": "2 1.6" }),
    "–": () => line(0.5, 5, 9.5, 5, theme.policies[1], { "stroke-width": 2.6 }),
  }[mark] ?? (() => node("rect", { x: 0.5, y: 0.5, width: 9, height: 9, rx: 2, fill: theme.policies[["prior", "proposal", "improved"].indexOf(mark)] }));
  return draw();
}

const signOf = (mark, theme) => build(node("svg", { width: 10, height: 10, viewBox: "0 0 10 10", "aria-hidden": "true" }, signNode(mark, theme)));

function writeKey(panel, frame, theme, pinned) {
  const lines = decisionKey(frame, pinned, panel.view);
  const written = JSON.stringify([lines, theme.ink, theme.truth]);
  if (panel.written === written) return;
  panel.written = written;
  panel.key.replaceChildren(...lines.map((entries) => {
    const whole = element("span", "decision-key-line");
    whole.append(...entries.map(([mark, words]) => {
      const entry = element("span", "decision-key-entry");
      entry.append(signOf(mark, theme), words);
      return entry;
    }));
    return whole;
  }));
}
