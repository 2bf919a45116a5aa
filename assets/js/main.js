// The page: one microscope, the controls that Dash makes around it, the address and the keyboard. The recorded opening plan is painted as soon as
// it is here; Dash and the live plan follow.

import { followButtons } from "./controls/buttons.js";
import { followChoices } from "./controls/choice.js";
import { DashControls } from "./controls/dash.js";
import { Drawer } from "./controls/drawer.js";
import { HelpDialog } from "./controls/help.js";
import { inspection } from "./controls/inspection.js";
import { Knobs } from "./controls/knobs.js";
import { LatencyMeter } from "./controls/latency.js";
import { PAGE_KEYS } from "./controls/page_keys.js";
import { isStale, Lateness, showingOf } from "./controls/picture_state.js";
import { Notice, refusalText, writeMoment, writeStatus, writeTransport } from "./controls/status.js";
import { TopBar } from "./controls/top_bar.js";
import { defaultsOf, isPlain, keptFor, plannerOf, valuesOf } from "./controls/wishes.js";
import { linkTo, readAddress, writeAddress } from "./lib/address.js";
import { followKeys } from "./lib/keyboard.js";
import { Lifetime } from "./lib/lifetime.js";
import { MICROSCOPE_KEYS } from "./lib/moves.js";
import { createStore } from "./lib/store.js";
import { atMost } from "./lib/throttle.js";
import { Microscope } from "./microscope.js";
import { SeedsPanel } from "./panels/many_seeds.js";
import { apiOfPage, untilAnswered } from "./source/api.js";
import { LiveSource } from "./source/live.js";
import { recordedOpening } from "./source/record.js";

// Browsers count changes of an address, and refuse too many.
const ADDRESS_PAUSE = 500;

const root = /** @type {HTMLElement} */ (document.getElementById("microscope"));
const status = createStore(/** @type {import("./controls/status.js").Status & Record<string, any>} */ ({
  connection: "loading", reason: "", phase: "", detail: "", failure: "", device: "", queue: 0, warming: null, showing: "none", late: false,
  session: null, revision: 0, checkpoint: "", planner: "", playing: false, step: 0, furthest: 0, speed: null, seed: 0, plain: true,
}));
const counters = { framesReceived: 0, framesPainted: 0, firstPictureMs: /** @type {number | null} */ (null) };
const latency = new LatencyMeter();
const lifetime = new Lifetime();
const notice = new Notice();
const api = apiOfPage();
const dash = new DashControls();
const drawer = new Drawer(lifetime);
const microscope = new Microscope(root, null, { keys: document });
const seeds = new SeedsPanel({ api, now: () => ({ id: live.session.id, frame: microscope.frame }), theme: () => microscope.theme });
const live = new LiveSource(api, { onState: heardState, onMessage: (message) => HEARD[message.type]?.(message), onCreated: heardCreated, onRefused: heardRefused });
const knobs = new Knobs((settings) => change(settings), (id, props) => dash.set(id, props));
const topBar = new TopBar({ mounted: dash.mounted, seed: (seed) => command("reset", { seed }), lifetime });
const help = new HelpDialog([...PAGE_KEYS, ...MICROSCOPE_KEYS], lifetime);
const lateness = new Lateness((late) => status.set({ late }));
const keepAddress = atMost(() => ADDRESS_PAUSE, writeChoices);
let catalogue = /** @type {{first: string, planners: any[]}} */ ({ first: "", planners: [] });
/** The checkpoint that an address without one opens, where that is known. @type {string | null} */
let home = null;
/** Commands for a session that has just begun. @type {[name: string, more: object][]} */
let first = [];
/** The step that is being played to as the address asks for it. @type {any} */
let goal = null;
/** The choices for a session that has not confirmed them yet. @type {{settings: Record<string, any>, playing: boolean, confirmed: boolean}} */
let wished = { settings: {}, playing: false, confirmed: false };
/** Parts of the wish that the session was begun without. @type {any[]} */
let refused = [];
let serverSpeed = 0;

// --- what the server says -------------------------------------------------------------------------------------------------------

function heardState(connection, reason) {
  status.set({ connection, reason });
  if (connection !== "open") return putBack();
  for (const [name, more] of first.splice(0)) live.command(name, more);
}

const HEARD = {
  status({ session: { id, checkpoint, planner, seed, step, furthest, playing, speed, offers }, phase, detail, device, queue, warming = null }) {
    knobs.offer(offers);
    // The reason of a failure goes with the next command, the failure does not.
    const failure = phase === "idle" ? detail || status.state.failure : "";
    status.set({ session: id, checkpoint, planner, phase, detail, failure, device, queue, warming, playing, step, furthest, seed, ...newSpeed(speed) });
    wished.playing &&= !playing;
    if (goal !== null && phase === "ended" && step < goal) notice.say(`Step ${goal} cannot be reached: the episode ends at step ${step}.`);
    if (goal !== null && (step >= goal || phase === "ended")) goal = null;
    keepAddress();
  },
  settings({ settings, revision }) {
    if (revision !== status.state.revision) status.set({ revision, failure: "" });
    latency.confirmed(settings, revision);
    knobs.show(settings);
    wished.confirmed = true;
    keepAddress();
  },
  error(problem) {
    // A failed plan is no refusal: the banner says it for as long as it is so.
    if (problem.detail !== status.state.failure) notice.say(refusalText(problem));
    latency.refused();
    goal = null;
    wished.playing = false;
    putBack();
  },
  gone: ({ detail }) => status.set({ connection: "gone", reason: detail }),
};

/** The session's speed where it has changed; a choice made here while paused is kept until it is played with. */
function newSpeed(speed) {
  if (speed === serverSpeed) return {};
  serverSpeed = speed;
  return { speed };
}

function heardCreated({ id, offers, speed }, wish) {
  knobs.offer(offers);
  // The speed of a new session is nobody's choice.
  serverSpeed = speed;
  status.set({ session: id, revision: 0, failure: "", speed: status.state.speed ?? speed });
  first = [];
  goal = wish.goal || null;
  if (goal !== null) first.push(["goto", { step: goal }]);
  if (wish.playing) first.push(["play", wish.speed ? { speed: wish.speed } : {}]);
  // Begun again after a loss, it goes on where it was.
  wish.goal = 0;
}

function heardRefused(errors) {
  refused.push(...errors);
  if (refused.length) notice.say(`Left out: ${refusalText({ errors: refused })}`);
}

/** Every control shows what is in force. */
function putBack() {
  knobs.restore();
  topBar.restore();
}

microscope.onFrame((frame, fresh) => {
  if (counters.firstPictureMs === null) {
    counters.firstPictureMs = performance.now();
    setTimeout(() => dash.start());
  }
  help.kind = frame.tree ? "tree" : "particles";
  if (frame.recorded) return judge();
  counters.framesReceived++;
  if (!fresh) return;
  counters.framesPainted++;
  latency.frame(frame.revision);
  lateness.again();
  // While playing, frames come far more often than statuses.
  status.set({ step: frame.step, furthest: frame.furthest });
  judge();
  if (status.state.showing === "live") status.set({ failure: "" });
  writeMoment(frame);
  seeds.refresh(frame);
  keepAddress();
});
microscope.onTrouble((error) => status.set({ failure: `the plan cannot be drawn. ${error.message}` }));
microscope.onTheme(() => seeds.draw());

// --- what the person does -------------------------------------------------------------------------------------------------------

function change(settings) {
  if (live.change(settings)) latency.sending(settings);
  else {
    notice.say("Not connected. The setting was not changed.");
    putBack();
  }
}

function command(name, more = {}) {
  goal = null;
  wished.playing = false;
  if (live.command(name, more)) return;
  notice.say("Not connected. Try again in a moment.");
  putBack();
}

const actions = {
  play: () => (status.state.playing ? command("pause") : command("play", status.state.speed ? { speed: status.state.speed } : {})),
  forward: () => command("step"),
  back: () => command("back"),
  first: () => command("goto", { step: 0 }),
  last: () => command("goto", { step: status.state.furthest }),
  restart: () => command("reset"),
  reset: (group) => knobs.reset(group),
  drawer: () => drawer.toggle(),
  help: () => help.toggle(),
};

/** Another session. What is chosen in this one is kept: settings that the other one has, the seed, and that it plays. */
function exchange({ checkpoint, planner }) {
  const { seed, speed } = status.state;
  const playing = status.state.playing || wished.playing;
  const wish = { checkpoint, planner, seed, step: 0, playing, speed, settings: keptFor(settingsOf(planner), chosenSettings()) };
  begin(wish);
  // Also where it cannot be had at once.
  writeWish(wish);
}

const settingsOf = (planner) => catalogue.planners.find(({ name }) => name === planner)?.settings ?? [];
const areKnown = () => wished.confirmed && knobs.described;
const chosenSettings = () => (areKnown() ? valuesOf(knobs.changed(), knobs.values) : wished.settings);

/** @param {import("./source/session.js").Wish} wish */
function begin(wish) {
  const { checkpoint, planner, seed } = wish;
  const schema = settingsOf(planner);
  knobs.describe(schema, {});
  microscope.clear();
  refused = [];
  wished = { settings: { ...wish.settings }, playing: !!wish.playing, confirmed: false };
  const plain = isPlain(wish, catalogue.first);
  status.set({ session: null, revision: 0, checkpoint, planner, seed, failure: "", plain, phase: "", detail: "", playing: false });
  live.begin(wish);
  // Without the defaults nothing can be said to differ from them; the session need not wait for that.
  api.card(checkpoint).then((card) => live.session.wish === wish && knobs.describe(schema, defaultsOf(schema, card)), () => {});
}

/** The address asks for what is chosen, so that a page loaded again goes on with it. */
function writeChoices() {
  const { connection, phase, playing } = status.state;
  if (connection !== "open" || !(playing || phase === "idle" || phase === "ended") || !areKnown() || goal !== null) return;
  writeWish({ .../** @type {any} */ (status.state), settings: chosenSettings() });
}

/** @param {import("./source/session.js").Wish} wish */
function writeWish({ checkpoint, planner, seed, step, settings }) {
  const wish = { checkpoint: checkpoint === home ? null : checkpoint, planner: planner === catalogue.first ? null : planner, seed, step, settings };
  history.replaceState(history.state, "", writeAddress(location.href, wish));
  writeLink();
}

/** The page of checkpoints keeps what is chosen, for the way back. */
function writeLink() {
  const link = document.getElementById("to-checkpoints");
  if (link instanceof HTMLAnchorElement) link.href = linkTo("checkpoints", location.search);
}

/** Looks again how the pictures stand to what is asked for. */
function judge() {
  status.set({ showing: showingOf(microscope.frame, /** @type {any} */ (status.state)) });
}

const CHOSEN = {
  checkpoint(value) {
    const { wish } = live.session;
    if (wish) exchange({ checkpoint: value, planner: wish.planner });
  },
  planner(value) {
    const { wish } = live.session;
    if (wish) exchange({ checkpoint: wish.checkpoint, planner: value });
  },
  speed(value) {
    status.set({ speed: Number(value) });
    if (status.state.playing) command("play", { speed: Number(value) });
  },
};

const TURNED = {
  knob: ({ name, value }) => knobs.turned(name, value),
  "knobs-built": () => knobs.built(),
};

function chosen(list, value) {
  const knob = list.closest("[data-knob]");
  if (knob) knobs.turned(knob.dataset.knob, value);
  else CHOSEN[list.id]?.(value);
}

// --- beginning ------------------------------------------------------------------------------------------------------------------

/** Asks until the service answers. */
const answered = (ask) => {
  if (status.state.connection === "loading") status.set({ connection: "connecting" });
  return untilAnswered(ask, () => status.set({ connection: "unreachable" }));
};

/** The first session: what the address asks for, or else the server's first choice. */
async function start() {
  const asked = readAddress(location.search);
  const opening = await recordedOpening(api, asked.checkpoint);
  // Without a picture to wait for Dash is not kept waiting; with one it follows the painting.
  if (opening) microscope.connect(opening);
  else dash.start();
  try {
    catalogue = await answered(() => api.planners());
    // One that is asked for by name is not exchanged for another: where it cannot be had, the server says why.
    const checkpoint = asked.checkpoint ?? opening?.frame.checkpoint ?? (await answered(() => api.checkpoints().then(firstOf)));
    if (!checkpoint) return status.set({ connection: "refused", reason: "it has no checkpoints to load." });
    if (!asked.checkpoint) home = checkpoint;
    microscope.connect(live);
    const { planner, errors } = plannerOf(asked.planner, catalogue);
    begin({ ...asked, checkpoint, planner, step: 0, goal: asked.step });
    heardRefused(errors);
  } catch (error) {
    status.set({ connection: "refused", reason: /** @type {Error} */ (error).message });
  }
}

const firstOf = ({ first: name, checkpoints }) => name ?? checkpoints[0]?.name ?? null;

status.subscribe(["session", "revision", "seed", "step", "playing", "plain"], judge);
status.subscribe(["showing"], ({ showing = "none" }) => lateness.follow(showing));
status.subscribe(["connection", "reason", "phase", "detail", "failure", "device", "queue", "warming", "showing", "late"], (state) => {
  writeStatus(state);
  microscope.mark(isStale(state));
  if (state.failure) microscope.excuse(`No plan: ${state.failure}`);
});
status.subscribe(["playing", "step", "furthest"], writeTransport);
status.subscribe(["checkpoint", "planner", "speed", "seed"], (state) => topBar.show(state));
status.subscribe(["planner"], ({ planner }) => dash.set("planner-shown", { data: planner }));

globalThis.twistscope = inspection({ counters, microscope, status, latency });

microscope.side?.insertBefore(seeds.element, microscope.side.lastElementChild);
const facts = document.getElementById("facts");
if (facts) microscope.foot?.append(facts);
document.body.append(help.element);
followButtons(actions, lifetime);
followChoices(chosen, lifetime);
followKeys(document, PAGE_KEYS, actions, lifetime);
writeStatus(status.state);
dash.mounted.then(() => {
  writeTransport(status.state);
  if (microscope.frame) writeMoment(microscope.frame);
  writeLink();
});
dash.listen((message) => TURNED[message.type]?.(message));
// Left for good (not kept in the back-forward cache): the server need not keep the session.
lifetime.listen(window, "pagehide", ({ persisted }) => persisted || live.session.leave());
start();
