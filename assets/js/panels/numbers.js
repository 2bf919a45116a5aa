// The slower half of the page: the root decision's Plotly figure and the particle's table. They follow the pictures at most a few times a
// second, after the pictures have been painted.

import { decisionFigure, decisionKey, decisionNumbers } from "./decision.js";
import { writeKey } from "./legend.js";
import { narrateDecision, neverTried } from "../frame/narration.js";
import { renderParticle } from "./particle.js";

/** Calls `work` soon, and then not again before `pause()` ms have passed; the last call is never lost. */
export function atMost(pause, work) {
  let [timer, last] = [0, -Infinity];
  return () => {
    if (timer) return;
    timer = setTimeout(() => {
      timer = 0;
      last = performance.now();
      work();
    }, Math.max(last + pause() - performance.now(), 0));
  };
}

export function openNumbers(store, theme) {
  const particle = document.getElementById("particle");
  const particleNote = document.getElementById("particle-note");
  // A figure costs as much as several frames of the pictures: while playing they come first.
  const pause = () => (store.state.playing ? 450 : 120);
  return {
    decision: atMost(pause, () => writeDecision(store.state.frame, theme())),
    particle: atMost(pause, () => store.state.frame && renderParticle(particle, particleNote, store.state.frame, theme())),
  };
}

function writeDecision(frame, theme) {
  if (!frame) return;
  window.dash_clientside.set_props("decision", { figure: decisionFigure(frame, theme) });
  document.getElementById("root-decision-note").textContent = `takes ${frame.actions[frame.chosen]}`;
  document.getElementById("judge").textContent = frame.judge;
  document.getElementById("decision-panel").toggleAttribute("data-truth", !!frame.truth);
  writeKey(document.getElementById("decision-key"), decisionKey(frame));
  document.getElementById("decision-numbers").replaceChildren(...decisionNumbers(frame).flatMap(([name, value, help]) => {
    const [term, number] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    term.title = help;
    number.textContent = value;
    const pair = document.createElement("div");
    pair.append(term, number);
    return pair;
  }));
  const others = frame.dimensions.length > 1 ? `Of ${frame.dimensions.length} dimensions the first is shown.` : "";
  document.getElementById("decision-note").textContent = [narrateDecision(frame), neverTried(frame), others].filter(Boolean).join(" ");
}
