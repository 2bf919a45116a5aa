// The help dialog: what one sees, and the keys. Of particles and search trees it speaks differently.

import { around, element } from "../lib/elements.js";
import { openableDialog } from "./dialog.js";

const PARTICLES = [
  [
    "Genealogy",
    "Each line is one step of one particle. Colour: the first action of its lineage. Opacity: its weight. Thick: it has descendants among the last particles. "
      + "A dagger: the episode ended there. A ring: it was revived. A thin upright line: resampled after this level. A bar under the levels: up to there all "
      + "particles have the same ancestor. Its legend names every mark and hides those that you click. Ctrl and the wheel, or two fingers, magnify it (the wheel alone "
      + "where the page does not scroll), and a drag moves it; particles are circles then, as large as their weight, and the river unzips into them. A drag with shift "
      + "draws a box and counts what is in it.",
  ],
  ["World", "The same particles over the picture of the state that is planned from. Where their paths are small, the right half shows them magnified."],
  [
    "Per level",
    "The small buttons choose what is shown. ESS and perplexity: how many particles still count. Root ancestors: how many first steps are still represented. "
      + "KL: how far the proposal left the prior, against the trust region's bound. Log-evidence: logarithm of the mean weight.",
  ],
  [
    "Root decision",
    "Prior: the network's policy. Proposal: the distribution that first actions are drawn from. Improved policy: the result of the plan. Q-hat: mean value of the "
      + "particles that began with the action. Dotted line: V(s₀), the network's value of this state; solid line: the value target. Dots: to the right Q-hat, upwards the "
      + "improved policy, as large as the prior. Levels: what would have been decided after each level. KL: how much of the trust region the proposal at the root uses.",
  ],
  ["Particle", "Point at any particle to see its path and numbers everywhere; click to keep it, and click another with shift to compare the two. Click an action's name to single it out."],
];

const TREE = [
  ["Genealogy", "Each line is one step of the search tree. Colour: the first action. Thick and opaque: many simulations passed it. A dagger: the episode ended there. Its legend names every mark and hides those that you click. Ctrl and the wheel, or two fingers, magnify it, and a drag moves it."],
  ["World", "The paths of the tree over the picture of the state that is planned from. Where they are small, the right half shows them magnified."],
  ["Per level", "The small buttons choose what is shown: nodes, simulations that get so far, the share of the most visited node, and Q."],
  [
    "Root decision",
    "Prior: the network's policy. Visits: the share of the simulations that began with the action. Improved policy: the result of the search. Q-hat: mean return of "
      + "those simulations. Dotted line: V(s₀), the network's value of this state; solid line: the value target.",
  ],
  ["Node", "Point at any node to see the steps that lead to it and their visits; click to keep it, and click another with shift to compare the two. Click an action's name to single it out."],
];

const BOTH = [
  [
    "Exact answers",
    "Where the environment is small enough to be solved, diamonds show the exact posterior and Q, crosses the optimal Q. Knobs replace the network's values by exact "
      + "ones, with as much error as you like.",
  ],
  [
    "Why this action?",
    "The parts of the weight add up to the lead of the action over the next one. “How sure?” plans with 64 seeds and with other values of each knob. A sentence leads "
      + "to its place in the pictures.",
  ],
  ["Race", "Several planners plan this moment at one budget, side by side; many seeds say how much each of their decisions loses."],
  ["Many seeds", "The same plan with other random numbers: how much of the decision depends on them. The star is the plan you see."],
];

/** The dialog. The browser closes it on Escape, and gives the focus back where it was. */
export class HelpDialog {
  /**
   * @param {import("../lib/keyboard.js").Binding[]} keys
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   */
  constructor(keys, lifetime) {
    this.element = build(keys, lifetime);
    this.kind = "particles";
  }

  /** The kind of plan that it speaks of. @param {"particles" | "tree"} kind */
  set kind(kind) {
    this.element.dataset.kind = kind;
  }

  toggle() {
    this.element.open ? this.element.close() : this.element.showModal();
  }
}

/**
 * @param {import("../lib/keyboard.js").Binding[]} keys
 * @param {import("../lib/lifetime.js").Lifetime} lifetime
 */
function build(keys, lifetime) {
  const content = [
    listOf(PARTICLES, "particles"), listOf(TREE, "tree"), listOf(BOTH),
    around("p", "help-method", "Every number is defined in ", Object.assign(element("a", "", "the method"), { href: "method", target: "_blank" }), ", with its equation; the small numbers beside knobs lead there."),
    element("h2", "", "Keys"),
    around("dl", "keys", ...keys.flatMap(({ show, text }) => [around("dt", "", element("kbd", "", show)), element("dd", "", text)])),
  ];
  return openableDialog({ id: "help", label: "Help", title: "What you see", content, lifetime });
}

/**
 * @param {string[][]} entries
 * @param {string} [kind]
 */
function listOf(entries, kind) {
  const list = around("dl", "", ...entries.flatMap(([title, text]) => [element("dt", "", title), element("dd", "", text)]));
  if (kind) list.dataset.kind = kind;
  return list;
}
