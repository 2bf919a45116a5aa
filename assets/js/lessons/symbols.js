// The symbols of formulas: what each means, and its value in the plan that is shown.

import { spreadAt } from "../frame/spread.js";
import { number, percent } from "../lib/format.js";

/**
 * @typedef {object} Symbol
 * @property {string} says what it means
 * @property {string} [from] its equation (docs/method.md)
 * @property {(frame: any, level: number) => string | null} [value] in words; null where this plan has none
 */

const setting = (name, says, from) => ({ says, from, value: ({ settings }) => (typeof settings[name] === "number" ? number(settings[name]) : null) });
const atLevel = (name, unit = "") => (frame, level) => (frame[name]?.[level] === undefined ? null : `${number(frame[name][level])}${unit} at level ${level}`);
const ofChosen = (name) => (frame) => (frame[name] ? `${percent(frame[name][frame.chosen])} for ${frame.actions[frame.chosen]} at the root` : null);

/** @type {(frame: any, level: number) => string | null} */
const meanKL = ({ kl }, level) => {
  const spread = kl && spreadAt(kl, level);
  return spread ? `${number(spread.mean)} nats at level ${level}, on average` : null;
};

/** By the TeX of the symbol, longer ones before those that they begin with. @type {Record<string, Symbol>} */
export const SYMBOLS = {
  "\\mathrm{ESS}": { says: "effective sample size: how many particles of equal weight the weights are worth", from: "E6", value: (frame, level) => (frame.ess ? `${number(frame.ess[level])} of ${frame.slots} at level ${level}` : null) },
  "\\mathrm{KL}": { says: "divergence of the proposal from the prior, in nats", from: "E1", value: meanKL },
  "\\hat Q": { says: "return of an action as the plan estimates it", from: "E10", value: (frame) => (Number.isFinite(frame.root_q?.[frame.chosen]) ? `${number(frame.root_q[frame.chosen])} for ${frame.actions[frame.chosen]}` : null) },
  "\\log Z": { says: "logarithm of the evidence: the mean weight of all paths", from: "E7", value: atLevel("log_evidence", " nats") },
  "V(s_0)": { says: "value of the state planned from, by the network", value: (frame) => number(frame.root_value) },
  "\\alpha": setting("alpha", "share of the way from the prior to the greedy policy that the proposal may go", "E3"),
  "\\tau": setting("reward_temperature", "reward temperature: units of reward that multiply a weight by e", "E5"),
  "\\gamma": setting("discount", "discount of rewards by step", "E5"),
  "\\lambda": setting("retrace_lambda", "share of a return that is taken from the path, not from V", "E8"),
  "\\mu": setting("value_mixing", "share of the plan's return in the value target", "E10"),
  "\\beta": setting("root_prior_share", "share of the prior in the proposal at the root"),
  "\\varepsilon": { says: "bound on the divergence from the prior, in nats", from: "E1" },
  "\\epsilon": { says: "bound on the divergence from the prior, in nats", from: "E1" },
  "\\eta": { says: "temperature of the twist, in units of reward", from: "E2" },
  "\\pi": { says: "prior: the policy of the network", from: "E1", value: ofChosen("root_prior") },
  "N": { says: "number of particles", value: (frame) => (frame.tree ? null : `${frame.slots}`) },
  "T": { says: "depth: levels that a plan looks ahead", value: (frame) => `${frame.levels}` },
  "Q": { says: "return after an action, by the network", from: "E1" },
  "V": { says: "value of a state, by the network", from: "E5", value: (frame) => `${number(frame.root_value)} at the root` },
  "q": { says: "proposal: the policy that actions are drawn from", from: "E2", value: ofChosen("root_proposal") },
  "p": { says: "improved policy: the decision of the plan", from: "E10", value: ofChosen("root_policy") },
  "w": { says: "weight of a particle", from: "E6", value: (frame, level) => (frame.heaviest_weight ? `${percent(frame.heaviest_weight[level])} for the heaviest at level ${level}` : null) },
  "r": { says: "reward of a step", from: "E4" },
  "s": { says: "state", from: "E4" },
  "a": { says: "action", from: "E4" },
  "d": { says: "0 where the step ends the episode, else 1", from: "E4" },
};

const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
// A letter is a symbol where it is no part of a word, of a command, or of an argument in words.
const TOKENS = Object.keys(SYMBOLS).map((tex) => (/^[A-Za-z]$/.test(tex) ? `(?<![A-Za-z\\\\])${tex}(?![A-Za-z])` : `${escaped(tex)}(?![A-Za-z])`)).join("|");
const PIECES = new RegExp(`(\\\\(?:text|mathrm|operatorname)\\{[^{}]*\\}|\\\\[A-Za-z]+)|(${TOKENS})`, "g");
const FIRST = new RegExp(`^(?:${TOKENS})`);

/**
 * TeX in which each symbol says which one it is (KaTeX's \htmlData).
 * @param {string} tex
 */
export function withSymbols(tex) {
  let at = 0;
  let made = "";
  for (const { index, 0: piece } of tex.matchAll(PIECES)) {
    if (index < at) continue;
    // Commands are looked at again as symbols, longest first.
    const found = FIRST.exec(tex.slice(index))?.[0];
    made += tex.slice(at, index) + (found ? `\\htmlData{symbol=${KEYS.get(found)}}{${found}}` : piece);
    at = index + (found ?? piece).length;
  }
  return made + tex.slice(at);
}

// A value of \htmlData may hold neither commas nor backslashes.
const KEYS = new Map(Object.keys(SYMBOLS).map((tex, index) => [tex, `s${index}`]));
const BY_KEY = new Map([...KEYS].map(([tex, key]) => [key, tex]));

/**
 * The symbol of an element that `withSymbols` has marked.
 * @param {string} key
 * @returns {(Symbol & {tex: string}) | null}
 */
export function symbolOf(key) {
  const tex = BY_KEY.get(key);
  return tex === undefined ? null : { tex, ...SYMBOLS[tex] };
}

/**
 * Says a symbol: meaning, equation, and its value in this plan.
 * @param {Symbol} symbol
 * @param {any} frame
 * @param {number} level
 */
export function sayingOf({ says, from, value }, frame, level) {
  const now = frame && value ? value(frame, level) : null;
  return `${says}${from ? ` (${from})` : ""}${now === null ? "" : `. Now: ${now}`}.`;
}
