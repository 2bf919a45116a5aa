// The page: one microscope, the controls that Dash makes around it, the address and the keyboard. The recorded opening plan is painted as soon as
// it is here; Dash and the live plan follow.

import { followButtons } from "./controls/buttons.js";
import { DashControls } from "./controls/dash.js";
import { helpDialog } from "./controls/help.js";
import { Knobs } from "./controls/knobs.js";
import { LatencyMeter } from "./controls/latency.js";
import { Notice, writeMoment, writeStatus, writeTransport } from "./controls/status.js";
import { askedCheckpoint, linkTo, withCheckpoint } from "./lib/address.js";
import { followKeys } from "./lib/keyboard.js";
import { Lifetime } from "./lib/lifetime.js";
import { createStore } from "./lib/store.js";
import { Microscope, MICROSCOPE_KEYS } from "./microscope.js";
import { SeedsPanel } from "./panels/many_seeds.js";
import { ApiError, apiOfPage } from "./source/api.js";
import { LiveSource } from "./source/live.js";
import { RecordSource } from "./source/record.js";

const RETRY = 1500;
const PAGE_KEYS = [
  { keys: [" "], show: "space", does: "play", text: "play or pause" },
  { keys: ["shift ArrowLeft"], show: "shift ←", does: "back", text: "one environment step back" },
  { keys: ["shift ArrowRight"], show: "shift →", does: "forward", text: "one environment step forward" },
  { keys: ["shift Home"], show: "shift home", does: "first", text: "first moment of the episode" },
  { keys: ["shift End"], show: "shift end", does: "last", text: "last visited moment" },
  { keys: ["?"], show: "?", does: "help", text: "this help" },
];

const root = /** @type {HTMLElement} */ (document.getElementById("microscope"));
const status = createStore(/** @type {import("./controls/status.js").Status & Record<string, any>} */ ({
  connection: "connecting", reason: "", phase: "", detail: "", device: "", queue: 0, warming: null, showing: "none",
  playing: false, step: 0, furthest: 0, speed: 0, seed: 0,
}));
const counters = { framesReceived: 0, framesPainted: 0, firstPictureMs: /** @type {number | null} */ (null) };
const latency = new LatencyMeter();
const lifetime = new Lifetime();
const notice = new Notice();
const api = apiOfPage();
const dash = new DashControls();
const microscope = new Microscope(root, null, { keys: document });
const seeds = new SeedsPanel({
  api, now: () => ({ id: live.session.id, frame: microscope.frame }), theme: () => microscope.theme, plotly: () => dash.plotly(),
});
const live = new LiveSource(api, { onState: heardState, onMessage: (message) => HEARD[message.type]?.(message), onCreated: heardCreated });
const knobs = new Knobs((settings) => change(settings), (id, props) => dash.set(id, props));
let catalogue = /** @type {{first: string, planners: any[]}} */ ({ first: "", planners: [] });
/** Settings that differ from their defaults, kept for the session that begins. @type {Record<string, any>} */
let carried = {};
let serverSpeed = 0;
let choicesOffered = false;

// --- what the server says -------------------------------------------------------------------------------------------------------

function heardState(connection, reason) {
  status.set({ connection, reason });
  if (connection !== "open") return;
  // Settings that another checkpoint does not offer stay behind.
  const kept = Object.entries(carried).filter(([name]) => knobs.applicable(name));
  carried = {};
  if (kept.length) change(Object.fromEntries(kept));
}

const HEARD = {
  status({ session: { seed, step, furthest, playing, speed, offers }, phase, detail, device, queue, warming = null }) {
    knobs.offer(offers);
    status.set({ phase, detail, device, queue, warming, playing, step, furthest, seed, ...newSpeed(speed) });
  },
  settings({ settings, revision }) {
    latency.confirmed(settings, revision);
    knobs.show(settings);
  },
  error({ title, detail, errors = [] }) {
    const fields = errors.map(({ field, given, allowed }) => `${field}: ${given} is not possible, allowed is ${allowed}.`);
    notice.say(fields.length ? fields.join(" ") : `${title}. ${detail ?? ""}`);
    latency.refused();
    knobs.restore();
  },
  gone: ({ detail }) => status.set({ connection: "gone", reason: detail }),
};

/** The session's speed where it has changed; a choice made here while paused is kept until it is played with. */
function newSpeed(speed) {
  if (speed === serverSpeed) return {};
  serverSpeed = speed;
  return { speed };
}

function heardCreated({ settings, offers }, wish) {
  knobs.offer(offers);
  // Without wishes of ours a session begins with the defaults of this planner for this checkpoint.
  if (!Object.keys(wish.settings).length) knobs.describe(knobs.schema, settings);
}

microscope.onFrame((frame, fresh) => {
  if (counters.firstPictureMs === null) {
    counters.firstPictureMs = performance.now();
    setTimeout(() => dash.start());
  }
  if (frame.recorded) return status.set({ showing: "recorded" });
  counters.framesReceived++;
  if (!fresh) return;
  counters.framesPainted++;
  latency.frame(frame.revision);
  // While playing, frames come far more often than statuses.
  status.set({ showing: "live", step: frame.step, furthest: frame.furthest });
  writeMoment(frame);
  seeds.refresh(frame);
  const help = document.getElementById("help");
  if (help) help.dataset.kind = frame.tree ? "tree" : "particles";
});
microscope.onTrouble((error) => notice.say(`A plan could not be drawn. ${error.message}`));
microscope.onTheme(() => seeds.draw());

// --- what the person does -------------------------------------------------------------------------------------------------------

function change(settings) {
  if (live.change(settings)) latency.sending(settings);
  else {
    notice.say("Not connected. The setting was not changed.");
    knobs.restore();
  }
}

function command(name, more = {}) {
  if (!live.command(name, more)) notice.say("Not connected. Try again in a moment.");
}

const actions = {
  play: () => (status.state.playing ? command("pause") : command("play", status.state.speed ? { speed: status.state.speed } : {})),
  forward: () => command("step"),
  back: () => command("back"),
  first: () => command("goto", { step: 0 }),
  last: () => command("goto", { step: status.state.furthest }),
  reset: (group) => knobs.reset(group),
  drawer: () => document.body.toggleAttribute("data-drawer"),
  help() {
    const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("help"));
    dialog.open ? dialog.close() : dialog.showModal();
  },
};

/** A new session with this checkpoint and planner. A checkpoint alone may change: settings that were changed stay as they are. */
function begin({ checkpoint, planner, keep = false }) {
  carried = keep ? Object.fromEntries(knobs.changed().map(({ name }) => [name, knobs.values[name]])) : {};
  knobs.describe(catalogue.planners.find(({ name }) => name === planner)?.settings ?? [], {});
  microscope.clear();
  live.begin({ checkpoint, planner, settings: {}, seed: status.state.seed, step: 0 });
  choose({ checkpoint, planner });
}

/** Shows a choice in Dash's controls. A dropdown forgets a value that is none of its options, so not before it has some. */
function choose({ checkpoint, planner }) {
  if (!choicesOffered) return;
  dash.set("checkpoint", { value: checkpoint });
  dash.set("planner", { value: planner });
}

const TURNED = {
  knob: ({ name, value }) => knobs.turned(name, value),
  "knobs-built": () => knobs.built(),
  choices() {
    choicesOffered = true;
    if (live.session.wish) choose(live.session.wish);
  },
  checkpoint({ value }) {
    const { wish } = live.session;
    if (!value || !wish || value === wish.checkpoint) return;
    // Loaded again, the page opens the last choice, not the one that a link once asked for.
    history.replaceState(null, "", withCheckpoint(location.href, value));
    begin({ checkpoint: value, planner: wish.planner, keep: true });
  },
  planner({ value }) {
    const { wish } = live.session;
    if (value && wish && value !== wish.planner) begin({ checkpoint: wish.checkpoint, planner: value });
  },
  speed({ value }) {
    if (!value || value === status.state.speed) return;
    status.set({ speed: value });
    if (status.state.playing) command("play", { speed: value });
  },
  seed({ value }) {
    if (Number.isInteger(value) && value >= 0 && value !== status.state.seed && live.session.id) command("reset", { seed: value });
  },
};

// --- beginning ------------------------------------------------------------------------------------------------------------------

/** Paints the recorded opening plan, where there is one, and says which checkpoint it is of. */
async function showOpening(asked) {
  try {
    const bytes = await api.opening(asked);
    if (!bytes) return null;
    const record = new RecordSource(bytes);
    microscope.connect(record);
    return record.frame.checkpoint;
  } catch {
    // The live plan says why where there is something to say.
    return null;
  }
}

/** Asks until the service answers. An answer that says no is final. */
async function answered(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

/** The first session: of the checkpoint that the address asks for, or else of the server's first choice. */
async function start() {
  const asked = askedCheckpoint(location.search);
  const opened = await showOpening(asked);
  // Without a picture to wait for Dash is not kept waiting; with one it follows the painting.
  if (opened === null) dash.start();
  try {
    catalogue = await answered(() => api.planners());
    // One that is asked for by name is not exchanged for another: where it cannot be had, the server says why.
    const checkpoint = asked ?? opened ?? (await answered(() => api.checkpoints().then(firstOf)));
    if (!checkpoint) return status.set({ connection: "refused", reason: "it has no checkpoints to load." });
    microscope.connect(live);
    begin({ checkpoint, planner: catalogue.first });
  } catch (error) {
    status.set({ connection: "refused", reason: /** @type {Error} */ (error).message });
  }
}

const firstOf = ({ first, checkpoints }) => first ?? checkpoints[0]?.name ?? null;

status.subscribe(["connection", "reason", "phase", "detail", "device", "queue", "warming", "showing"], writeStatus);
status.subscribe(["playing", "step", "furthest"], writeTransport);
status.subscribe(["speed"], ({ speed }) => dash.set("speed", { value: speed }));
status.subscribe(["seed"], ({ seed }) => dash.set("seed", { value: seed }));

globalThis.twistscope = {
  get framesReceived() { return counters.framesReceived; },
  get framesPainted() { return counters.framesPainted; },
  get firstPictureMs() { return counters.firstPictureMs; },
  get recorded() { return !!microscope.frame?.recorded; },
  get lastFrame() {
    const { frame } = microscope;
    if (!frame || frame.recorded) return null;
    return { frame: frame.id, revision: frame.revision, step: frame.step, particles: frame.slots, depth: frame.levels, skipped: frame.skipped, drawn: frame.drawn, steps: frame.steps };
  },
  get step() { return status.state.step; },
  get connection() { return status.state.connection; },
  get phase() { return status.state.phase; },
  get playing() { return status.state.playing; },
  get session() { return live.session.id; },
  get latencies() { return latency.latencies; },
  get lastLatencyMs() { return latency.latencies.at(-1) ?? null; },
  get cursorLevel() { return microscope.view.level; },
  get selection() { return microscope.store.state.selection; },
};

microscope.side?.insertBefore(seeds.element, microscope.side.lastElementChild);
const facts = document.getElementById("facts");
if (facts) microscope.foot?.append(facts);
document.body.append(helpDialog([...PAGE_KEYS, ...MICROSCOPE_KEYS]));
followButtons(actions, lifetime);
followKeys(document, PAGE_KEYS, actions, lifetime);
writeStatus(status.state);
dash.mounted.then(() => {
  writeTransport(status.state);
  if (microscope.frame) writeMoment(microscope.frame);
  const link = document.getElementById("to-checkpoints");
  if (link instanceof HTMLAnchorElement) link.href = linkTo("checkpoints", location.search);
});
dash.listen((message) => TURNED[message.type]?.(message));
// Left for good (not kept in the back-forward cache): the server need not keep the session.
lifetime.listen(window, "pagehide", ({ persisted }) => persisted || live.session.leave());
start();
