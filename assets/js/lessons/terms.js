// The terms of lessons: words, letters and numbers of equations, each explained where it stands first in a step.

import { element } from "../lib/elements.js";
import { markWords, placesIn } from "./marking.js";

/**
 * @typedef {object} Term
 * @property {RegExp} written as a text writes it
 * @property {string} says
 * @property {string} [tex] the equation (docs/method.md)
 */

/** @type {Record<string, Term>} */
export const TERMS = {
  E1: { written: /\(E1\)/, says: "the proposal with the largest expected Q within the trust region", tex: "q = \\operatorname{argmax}_q \\mathbb E_q[Q(s,\\cdot)], \\; \\mathrm{KL}(q \\,\\|\\, \\pi) \\le \\varepsilon" },
  E2: { written: /\(E2\)/, says: "its solution: the prior, tilted by Q", tex: "q(a) \\propto \\pi(a)\\, e^{Q(s,a)/\\eta}" },
  E3: { written: /\(E3\)/, says: "the bound: a share alpha of the divergence of the greedy policy", tex: "\\varepsilon(s) = \\varepsilon_0 + \\alpha\\,(\\mathrm{KL}(\\pi_\\mathrm{greedy} \\,\\|\\, \\pi) - \\varepsilon_0)" },
  E4: { written: /\(E4\)/, says: "a step of a particle", tex: "a \\sim q(\\cdot \\mid s), \\; (s', r, d) = \\mathrm{step}(s, a)" },
  E5: { written: /\(E5\)/, says: "the weight after a step", tex: "\\log w \\mathrel{+}= \\log \\tfrac{\\pi(a \\mid s)}{q(a \\mid s)} + \\tfrac{r + \\gamma d V(s') - V(s)}{\\tau}" },
  E6: { written: /\(E6\)/, says: "resampling, and the effective sample size", tex: "\\mathrm{ESS} = 1 / \\textstyle\\sum_i w_i^2" },
  E7: { written: /\(E7\)/, says: "the evidence: mean weights, multiplied up over resamplings", tex: "\\log Z \\mathrel{+}= \\log \\tfrac1N \\textstyle\\sum_i w_i" },
  E8: { written: /\(E8\)/, says: "the return of a step: its reward, and V mixed with the mean return of its children", tex: "G = r + \\gamma \\, [(1 - \\lambda)\\, V + \\lambda \\, \\overline{G}_{\\text{children}}]" },
  E9: { written: /\(E9\)/, says: "the message of a step: its own log-weight u, and the mean of what its children send", tex: "M = u + \\log \\overline{e^{M}}_{\\text{children}}" },
  nat: { written: /\bnats?\b/, says: "unit of logarithms to the base e: a difference of 1 nat is a factor of 2.7" },
  prior: { written: /\bprior\b/i, says: "the policy of the network, before any planning" },
  proposal: { written: /\bproposal\b/i, says: "the policy that particles draw their actions from" },
  posterior: { written: /\bposterior\b/i, says: "the policy that planning aims at: the prior times the exponential of the returns. Infinitely many particles would find it" },
  improved: { written: /\bimproved policy\b/i, says: "the policy that the plan arrives at; the action is taken from it" },
  ess: { written: /\bESS\b(?! threshold)/, says: "effective sample size: how many particles of equal weight the weights are worth" },
  kl: { written: /\bKL\b/, says: "divergence of one policy from another, in nats; 0 where both are the same" },
  V: { written: /(?<![\w*])V(?=[\s,.:;)]|'s\b)/, says: "value of a state by the network: the return it expects from there" },
  Q: { written: /(?<![\w*])Q(?=[\s,.:;)])/, says: "return after an action by the network; Q-hat is the plan's own estimate" },
  ancestors: { written: /\broot ancestors\b/i, says: "first steps of which particles of a level descend" },
  trunk: { written: /\btrunk\b/i, says: "the first steps that all particles of a level have in common" },
  regret: { written: /\bregret\b/i, says: "what is lost against the best action, by the exact answer" },
  evidence: { written: /\b(?:log-)?evidence\b/i, says: "how good all ways from here are together, on average under the prior; the plan estimates its logarithm" },
  messages: { written: /\bmessages?\b/i, says: "weights that are passed back from children to parents, also of what resampling dropped" },
  twist: { written: /\btwist(?:ed)?\b(?! temperature)/i, says: "a factor that makes good actions more probable in the proposal; weights take it back" },
};

const WORDS = Object.fromEntries(Object.entries(TERMS).map(([key, { written }]) => [key, written]));

/** Places of terms in a text, as `placesIn` gives them. @param {string} text */
export const termsIn = (text) => placesIn(text, WORDS);

/** Marks terms below an element, each at the first place where it stands. @param {HTMLElement} root */
export const markTerms = (root) => markWords(root, WORDS, termOf);

/** @param {string} key @param {string} word */
function termOf(key, word) {
  const mark = Object.assign(element("span", "term", word), { tabIndex: 0 });
  mark.dataset.term = key;
  mark.setAttribute("aria-description", TERMS[key].says);
  return mark;
}
