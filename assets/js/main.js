// Wires the page: Dash's controls and the keyboard on one side, the live link on the other, the pictures in between.

import { askedCheckpoint, linkTo, withCheckpoint } from "./lib/address.js";
import { apiOfPage } from "./source/api.js";
import { readFrame } from "./frame/frame.js";
import { Chooser, readOpen } from "./panels/strip_chooser.js";
import { followButtons, followKeys } from "./controls/input.js";
import { Knobs } from "./controls/knobs.js";
import { LatencyMeter } from "./controls/latency.js";
import { Link } from "./source/connection.js";
import { atMost, openNumbers } from "./panels/numbers.js";
import { Painter } from "./lib/painter.js";
import { onThemeChange, readTheme } from "./lib/palette.js";
import { openPictures } from "./pictures/gallery.js";
import { SeedsPanel } from "./panels/many_seeds.js";
import { Session } from "./source/session.js";
import { createStore, viewOf } from "./lib/store.js";
import { writeFrame, writeLevel, writeNotice, writeStatus, writeTransport } from "./controls/status.js";

const FIRST_CHOICE = { checkpoint: "cartpole-early", planner: "trt_smc" };

/** The layout is Dash's, and mounted some time after this script runs. */
function mounted(id) {
  return new Promise((resolve) => {
    const check = () => document.getElementById(id) && (watcher.disconnect(), resolve());
    const watcher = new MutationObserver(check);
    watcher.observe(document.documentElement, { childList: true, subtree: true });
    check();
  });
}

const store = createStore({
  frame: null, level: null, hover: null, selection: null,
  connection: "connecting", reason: "", phase: "", detail: "", device: "", queue: 0,
  playing: false, step: 0, furthest: 0, speed: 10, seed: 0,
  strips: readOpen(globalThis.localStorage),
});
const counters = { framesReceived: 0, framesPainted: 0 };
const latency = new LatencyMeter();
const session = new Session(apiOfPage());
const setProps = (id, props) => window.dash_clientside.set_props(id, props);
let catalogue = { checkpoints: [], planners: [] };
let theme;
let pictures;
let chooser;
let seeds;
let numbers;
let serverSpeed;
let asked = "";
let carried = {};

// --- what the server says -------------------------------------------------------------------------------------------------------

const link = new Link(session, {
  view: () => {
    asked = JSON.stringify(wanted());
    return { narrow: true, particle: wanted() };
  },
  onState: (connection, reason = "") => {
    store.set({ connection, reason });
    if (connection !== "open") return;
    // What another checkpoint does not offer stays behind.
    const kept = Object.entries(carried).filter(([name]) => knobs.applicable(name));
    carried = {};
    if (kept.length) sendSettings(Object.fromEntries(kept));
  },
  onFrame: (buffer) => {
    counters.framesReceived++;
    try {
      painter.offer(readFrame(buffer));
    } catch (error) {
      writeNotice(`A plan could not be drawn. ${error.message}`);
      if (error.frame) link.acknowledge(error.frame);
    }
  },
  onMessage: (message) => HEARD[message.type]?.(message),
});

const HEARD = {
  status({ session: { checkpoint, planner, seed, step, furthest, playing, speed, settings, offers }, phase, detail, device, queue }) {
    session.remember({ checkpoint, planner, seed, step, settings });
    knobs.offer(offers);
    // Another viewer may have changed the speed; a choice made here while paused is kept until it is played with.
    if (speed !== serverSpeed) store.set({ speed });
    serverSpeed = speed;
    store.set({ phase, detail, device, queue, playing, step, furthest, seed });
  },
  settings({ settings, revision }) {
    session.remember({ settings });
    latency.confirmed(settings, revision);
    knobs.show(settings);
  },
  error({ title, detail, errors = [] }) {
    const fields = errors.map(({ field, given, allowed }) => `${field}: ${given} is not possible, allowed is ${allowed}.`);
    writeNotice(fields.length ? fields.join(" ") : `${title}. ${detail ?? ""}`);
    latency.refused();
    knobs.restore();
  },
  gone({ detail }) {
    session.id = null;
    link.stop();
    store.set({ connection: "gone", reason: detail });
  },
};

/** The particle whose numbers are to be shown: the one looked at, or the heaviest of the level; null for the last level's. */
function wanted() {
  const { particle } = viewOf(store.state);
  if (particle) return { level: particle.level, slot: particle.slot };
  const level = store.state.hover?.level ?? store.state.level;
  return level === null ? null : { level };
}

// A pointer that sweeps over a picture asks a few times a second, not for everything it passes.
const ask = atMost(() => 60, () => JSON.stringify(wanted()) !== asked && link.sendView());

// --- what the person does -------------------------------------------------------------------------------------------------------

const knobs = new Knobs((settings) => sendSettings(settings));

function sendSettings(settings) {
  if (link.send({ type: "settings", settings })) latency.sending(settings);
  else {
    writeNotice("Not connected: the knob goes back until the connection is there again.");
    knobs.restore();
  }
}

const command = (name, more = {}) => link.send({ type: "command", command: name, ...more }) || writeNotice("Not connected: try again in a moment.");
const moveLevel = (to) => {
  const { frame } = store.state;
  if (frame) store.set({ hover: null, level: Math.min(Math.max(to(viewOf(store.state).level), 0), frame.levels - 1) });
};

const actions = {
  play: () => (store.state.playing ? command("pause") : command("play", { speed: store.state.speed })),
  forward: () => command("step"),
  back: () => command("back"),
  first: () => command("goto", { step: 0 }),
  last: () => command("goto", { step: store.state.furthest }),
  levelDown: () => moveLevel((level) => level - 1),
  levelUp: () => moveLevel((level) => level + 1),
  levelFirst: () => moveLevel(() => 0),
  levelLast: () => moveLevel(() => Infinity),
  drop: () => store.set({ hover: null, selection: null }),
  reset: (group) => knobs.reset(group),
  drawer: () => document.body.toggleAttribute("data-drawer"),
  help: () => {
    const dialog = document.getElementById("help");
    dialog.open ? dialog.close() : dialog.showModal();
  },
};

/** A new session with this checkpoint and planner. A checkpoint alone may change: what was turned stays turned. */
function begin({ checkpoint, planner, keep = false }) {
  carried = keep ? Object.fromEntries(knobs.changed().map(({ name }) => [name, knobs.values[name]])) : {};
  knobs.describe(catalogue.planners.find(({ name }) => name === planner)?.settings ?? [], {});
  session.want({ checkpoint, planner, settings: {}, seed: store.state.seed, step: 0 });
  store.set({ level: null, hover: null, selection: null });
  setProps("checkpoint", { value: checkpoint });
  setProps("planner", { value: planner });
  link.start();
}

session.onCreated = ({ settings, offers }, asked) => {
  knobs.offer(offers);
  // Without wishes of ours, what a session begins with are the defaults of this planner for this checkpoint.
  if (!Object.keys(asked.settings).length) knobs.describe(knobs.schema, settings);
};

const TURNED = {
  knob: ({ name, value }) => knobs.turned(name, value),
  "knobs-built": () => knobs.built(),
  checkpoint({ value }) {
    if (!value || value === session.wish?.checkpoint) return;
    // Loaded again, the page opens what was chosen last, not what a link once asked for.
    history.replaceState(null, "", withCheckpoint(location.href, value));
    begin({ checkpoint: value, planner: session.wish.planner, keep: true });
  },
  planner: ({ value }) => value && value !== session.wish?.planner && begin({ checkpoint: session.wish.checkpoint, planner: value }),
  speed: ({ value }) => {
    if (!value || value === store.state.speed) return;
    store.set({ speed: value });
    if (store.state.playing) command("play", { speed: value });
  },
  seed: ({ value }) => Number.isInteger(value) && value >= 0 && value !== store.state.seed && session.id && command("reset", { seed: value }),
  catalogue({ value }) {
    if (!value || session.wish) return;
    catalogue = value;
    const pick = (items, wanted) => (items.find(({ name }) => name === wanted) ?? items[0])?.name;
    // One that is asked for by name is not exchanged for another: where it cannot be had, the server says why.
    const checkpoint = askedCheckpoint(location.search) ?? pick(catalogue.checkpoints, FIRST_CHOICE.checkpoint);
    if (!checkpoint) return store.set({ connection: "refused", reason: "it has no checkpoints to load." });
    begin({ checkpoint, planner: pick(catalogue.planners, FIRST_CHOICE.planner) });
  },
};

// --- painting -------------------------------------------------------------------------------------------------------------------

const painter = new Painter({
  acknowledge: (frame) => link.acknowledge(frame.id),
  paint(fresh, parts) {
    const shown = store.state.frame;
    if (fresh) store.state.frame = fresh;
    const { frame } = store.state;
    if (!frame) return;
    // The same plan with the numbers of another particle; the pictures differ only where not all of it is drawn.
    const again = fresh && fresh.id === shown?.id && fresh.session === shown.session && fresh.drawn === fresh.steps;
    chooser.show(frame);
    pictures.paint(parts.has("base") || (parts.has("frame") && !again), theme);
    if (fresh) ask();
    if (fresh && !again) {
      counters.framesPainted++;
      latency.frame(fresh.revision);
      session.remember({ step: fresh.step });
      // While playing, frames come far more often than statuses.
      store.set({ step: fresh.step, furthest: fresh.furthest });
      writeFrame(frame, viewOf(store.state));
    } else writeLevel(frame, viewOf(store.state));
    if ((fresh && !again) || parts.has("base")) numbers.decision();
    if (fresh) seeds.refresh(frame);
    numbers.particle();
  },
});

store.subscribe(["level", "hover", "selection"], (state) => {
  // A root action singled out dims the rest of the pictures themselves; everything else is only drawn over them.
  const { action } = viewOf(state);
  painter.request(action === actionShown ? "overlay" : "base");
  actionShown = action;
  ask();
});
let actionShown = null;

store.subscribe(["strips"], () => painter.request("base"));
store.subscribe(["connection", "reason", "phase", "detail", "device", "queue"], writeStatus);
store.subscribe(["playing", "step", "furthest"], writeTransport);
store.subscribe(["speed"], ({ speed }) => setProps("speed", { value: speed }));
store.subscribe(["seed"], ({ seed }) => setProps("seed", { value: seed }));

window.twistscope = {
  get framesReceived() { return counters.framesReceived; },
  get framesPainted() { return counters.framesPainted; },
  get lastFrame() {
    const { frame } = store.state;
    return frame && { frame: frame.id, revision: frame.revision, step: frame.step, particles: frame.slots, depth: frame.levels, skipped: frame.skipped, drawn: frame.drawn, steps: frame.steps };
  },
  get step() { return store.state.step; },
  get connection() { return store.state.connection; },
  get phase() { return store.state.phase; },
  get playing() { return store.state.playing; },
  get session() { return session.id; },
  get latencies() { return latency.latencies; },
  get lastLatencyMs() { return latency.latencies.at(-1) ?? null; },
  get cursorLevel() { return viewOf(store.state).level; },
  get selection() { return store.state.selection; },
};

await mounted("help");
theme = readTheme();
chooser = new Chooser(document.getElementById("chooser"), store);
pictures = openPictures(store, () => painter.request("base"));
seeds = new SeedsPanel(document.getElementById("seeds-panel"), {
  api: session.api, now: () => ({ id: session.id, frame: store.state.frame }), theme: () => theme,
});
numbers = openNumbers(store, () => theme);
onThemeChange(() => {
  theme = readTheme();
  if (seeds.result) seeds.draw();
  painter.request("base");
});
followButtons(actions);
followKeys(actions);
writeStatus(store.state);
document.getElementById("to-checkpoints").href = linkTo("checkpoints", location.search);
window.twistscopeBridge.listen((message) => TURNED[message.type]?.(message));
// Left for good (not kept in the back-forward cache): the server need not keep the session.
window.addEventListener("pagehide", ({ persisted }) => persisted || session.leave());
