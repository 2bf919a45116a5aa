// The page around the microscope: the live link, the controls that Dash makes, dialogs, the address and the keyboard. It comes after the first
// picture (first.js).

import { ANY_PLAN, possibleView } from "./controls/asked_view.js";
import { followButtons } from "./controls/buttons.js";
import { followChoices } from "./controls/choice.js";
import { Chooser } from "./controls/chooser.js";
import { DashControls } from "./controls/dash.js";
import { Dialogs } from "./controls/dialogs.js";
import { Drawer } from "./controls/drawer.js";
import { followDrops } from "./controls/drop.js";
import { keepPlace } from "./controls/kept_place.js";
import { Knobs } from "./controls/knobs.js";
import { LatencyMeter } from "./controls/latency.js";
import { LateDialog } from "./controls/late.js";
import { lock } from "./controls/lock.js";
import { Paths } from "./controls/paths.js";
import { Pinning } from "./controls/pinning.js";
import { PAGE_KEYS } from "./controls/page_keys.js";
import { isStale, Lateness, showingOf } from "./controls/picture_state.js";
import { refusalText, writeStatus } from "./controls/status.js";
import { ENDED, isOver, Notice, withoutPlan, writeMoment, writeTransport } from "./controls/status_live.js";
import { TopBar } from "./controls/top_bar.js";
import { defaultsOf } from "./controls/wishes.js";
import { api, asked, counters, firstPicture, inspected, microscope, panels, pinButton, questions, session, timeline } from "./first.js";
import { LAYOUTS } from "./frame/layouts.js";
import { kindOf } from "./frame/level_series.js";
import { Classroom } from "./lessons/classroom.js";
import { Remote } from "./lessons/remote_channel.js";
import { Lessons } from "./lessons/opening.js";
import { BESIDE, HEAT, STRIP, viewFields } from "./lessons/shared_view.js";
import { momentAddress, readAddress, saysLessonOnly } from "./lib/address.js";
import { capital } from "./lib/format.js";
import { followKeys } from "./lib/keyboard.js";
import { loadStyle } from "./lib/late_files.js";
import { Lifetime } from "./lib/lifetime.js";
import { MICROSCOPE_KEYS } from "./lib/moves.js";
import { ownStorage, storageOfTab } from "./lib/storage.js";
import { createStore } from "./lib/store.js";
import { LiveSource } from "./source/live.js";
import { untilAnswered } from "./source/until_answered.js";

const first = await firstPicture;
const status = createStore(/** @type {import("./controls/status.js").Status & Record<string, any>} */ ({
  connection: "loading", reason: "", phase: "", detail: "", failure: "", device: "", queue: 0, warming: null, showing: "none", late: false,
  session: null, revision: 0, checkpoint: "", planner: "", playing: false, step: 0, furthest: 0, speed: null, seed: 0, plain: true, replay: null, role: "control", following: false,
}));
const latency = new LatencyMeter();
const lifetime = new Lifetime();
const FOLLOWING = "The presenter has the controls. “Try it yourself” opens this step with controls of your own.";
// Windows below so many pixels are those of `max-height: 420px` (later.css).
const LOW = 421;
const notice = new Notice();
const dash = new DashControls();
const drawer = new Drawer(lifetime);
const live = new LiveSource(api, { onState: heardState, onMessage: (message) => HEARD[message.type]?.(message), onCreated: heardCreated, onRefused: (errors) => chooser.refused(errors), onLinkRefused: (reason) => chooser.linkRefused(reason) });
const knobs = new Knobs((settings) => change(settings), (id, props) => dash.set(id, props));
const topBar = new TopBar({ mounted: dash.mounted, seed: (seed) => command("reset", { seed }), lifetime });
const chooser = new Chooser({ api, live, knobs, status, say: (text) => notice.say(text), view: () => looked() });
const pinning = new Pinning({ api, microscope, button: pinButton, now: () => /** @type {any} */ (status.state), say: (text) => notice.say(text), changed: () => chooser.keepAddress(), lifetime });
/** @type {import("./controls/knob_tools.js").KnobTools | null} */
let knobTools = null;
const dialogs = new Dialogs({
  api, microscope, panels, keys: [...PAGE_KEYS, ...MICROSCOPE_KEYS], lifetime,
  now: () => ({ session: live.session.id, step: status.state.step, playing: status.state.playing, looksOnly: live.looksOnly, without: withoutPlan(status.state) }),
  link: () => chooser.linkOf(live.session.id).catch(() => null), view: () => looked(), command: (name, more) => command(name, more),
  visit: (link) => chooser.visit(momentAddress(location.href, link)), pin: (link) => pinning.pinLink(link), pinFile: (file) => pinning.pinFile(file), findable: () => findable(), say: (text) => notice.say(text),
});
const lessons = new Lessons({ api, microscope, visit: visitStep, focusKnob, say: (text) => notice.say(text), changed: () => chooser.keepAddress(), storage: ownStorage() });
const classroom = new Classroom({ live, microscope, lessons, watch: (id) => chooser.begin({ watch: id, checkpoint: "", planner: "", seed: 0, step: 0, settings: {} }), changed: () => classChanged(), say: (text) => notice.say(text), storage: storageOfTab() });
lessons.classroom = classroom;
const remote = new Remote({ lessons, classroom, session: () => live.session.id, storage: storageOfTab() });
const classDialog = new LateDialog(async () => {
  const { ClassDialog } = await import("./lessons/class_dialog.js");
  return new ClassDialog({ api, classroom, session: () => live.session.id, remote: () => remote.open(), lifetime });
}, (text) => notice.say(text));
const paths = new Paths((path) => command("walk", { path }));
const lateness = new Lateness((late) => status.set({ late }));
let serverSpeed = 0;
/** The view that an address asks for, until there is a plan. @type {Record<string, any> | null} */
let wished = null;
/** True while a plan is shown as a film. */
let filming = false;
session.command = command;
Object.assign(panels, { say: (text) => notice.say(text), changed: () => chooser.keepAddress(), inLesson: () => lessons.panel !== null });

/** A follower has the presenter's pictures, and so no controls. */
function classChanged() {
  remote.tell();
  status.set({ following: classroom.following });
}

// --- what the server says -------------------------------------------------------------------------------------------------------

function heardState(connection, reason) {
  status.set({ connection, reason });
  if (connection !== "open") return putBack();
  timeline.clear();
  live.followTimeline();
  classroom.opened();
  chooser.opened();
}

const HEARD = {
  status({ session: { id, checkpoint, planner, seed, step, furthest, playing, speed, offers, actions: names, paths: left, replay }, phase, detail, device, queue, warming = null }) {
    knobs.offer(offers);
    if (replay || live.session.watching) describeReplay(planner, checkpoint);
    paths.show(left, names);
    // The reason of a failure goes with the next command, the failure does not.
    const failure = phase === "idle" ? detail || status.state.failure : "";
    // An episode that ended before the step that somebody wanted to see.
    if (phase === "ended" && detail && detail !== status.state.detail) notice.say(`${capital(detail)}.`);
    status.set({ session: id, checkpoint, planner, phase, detail, failure, device, queue, warming, playing, step, furthest, seed, replay, ...newSpeed(speed) });
    chooser.follow({ playing, phase, step });
  },
  settings({ settings, revision }) {
    if (revision !== status.state.revision) {
      notice.taken();
      status.set({ revision, failure: "" });
    }
    latency.confirmed(settings, revision);
    knobs.show(settings);
    chooser.confirmed();
  },
  error(problem) {
    if (classroom.refused(problem)) return;
    // A failed plan is no refusal: the banner says it for as long as it is so.
    if (problem.detail !== status.state.failure) notice.refuse(refusalText(problem));
    latency.refused();
    chooser.milestone = false;
    chooser.overtaken();
    putBack();
  },
  recording: ({ recording }) => dialogs.follow(recording),
  timeline: (message) => timeline.hear(message),
  gone: (message) => classroom.heardGone(message, live.session.wish?.watch ?? null) || status.set({ connection: "gone", reason: message.detail }),
  presented: (message) => classroom.heardPresented(message),
  answers: (message) => classroom.heardAnswers(message),
  class: (message) => classroom.heardClass(message),
};

/** The session's speed where it has changed; a choice made here while paused is kept until it is played with. */
function newSpeed(speed) {
  if (speed === serverSpeed) return {};
  serverSpeed = speed;
  return { speed };
}

/** The knobs of the planner that a frame was made with, or that others have chosen. */
function describeReplay(planner, checkpoint) {
  if (planner === status.state.planner) return;
  const schema = chooser.settingsOf(planner);
  knobs.describe(schema, {});
  // A recording may be of a checkpoint that is not here.
  api.card(checkpoint).then((card) => status.state.planner === planner && knobs.describe(schema, defaultsOf(schema, card)), () => {});
}

function heardCreated({ id, offers, speed, replay, view = null, notes }, wish) {
  dialogs.follow(null);
  status.set({ replay });
  knobs.offer(offers);
  // The speed of a new session is nobody's choice.
  serverSpeed = speed;
  status.set({ session: id, revision: 0, failure: "", speed: status.state.speed ?? speed });
  wished = null;
  if (!wish.seen && (view ?? wish.view)) look(view ?? wish.view);
  chooser.created(wish, notes);
}

// --- what of the plan is looked at, as fields of an address ---------------------------------------------------------------------------

function look(fields) {
  const { layout, hide, order, show = [], ask, pin } = fields;
  if (pin) pinning.pinLink(pin, show.includes(BESIDE));
  microscope.store.set(possibleView(ANY_PLAN, fields).looked);
  wished = fields;
  if (layout && !microscope.layouts.choose(layout)) notice.say(`There is no layout “${`${layout}`.slice(0, 30)}” of the genealogy.`);
  panels.follow({ hide, order });
  microscope.showHeat(show.includes(HEAT));
  microscope.strip.show(show.includes(STRIP));
  const unknown = show.find((word) => ![HEAT, STRIP, BESIDE].includes(word));
  if (unknown) notice.say(`The link asks to show “${unknown.slice(0, 30)}”, which this page does not know.`);
  if (!live.looksOnly && !questions.want(ask)) notice.say(`The link asks “${`${ask}`.slice(0, 30)}”, a question that this page does not know.`);
}

/** The first plan says which of it can be looked at. */
function lookWithin(frame) {
  if (!wished || frame.over) return;
  const { looked, sentence } = possibleView(frame, wished);
  const { projection } = wished;
  wished = null;
  if (projection && !microscope.projections.offer(projection)) notice.say(`There is no view “${`${projection}`.slice(0, 30)}” of the world here.`);
  if (!sentence) return;
  microscope.store.set(looked);
  notice.say(sentence);
}

function looked() {
  const { layout, show = [], ...others } = viewFields(microscope.store.state);
  const pinned = pinning.field;
  const shown = pinned.pin && pinning.second ? [...show, BESIDE] : show;
  const { projection } = microscope.store.state;
  const fields = { ...others, layout: layout === LAYOUTS[0] ? null : layout, ...panels.fields, show: shown.join(","), projection, ask: questions.asked, ...pinned, ...lessons.fields };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== ""));
}

/** Every control shows what is in force. */
function putBack() {
  knobs.restore();
  topBar.restore();
}

microscope.onFrame((frame, fresh) => {
  dialogs.speakOf(kindOf(frame));
  if (frame.recorded) return judge();
  counters.framesReceived++;
  if (!fresh) return;
  counters.framesPainted++;
  lookWithin(frame);
  timeline.rest(frame.over);
  latency.frame(frame.revision);
  lateness.again();
  // While playing, frames come far more often than statuses.
  status.set({ step: frame.step, furthest: frame.furthest });
  judge();
  if (status.state.showing === "live") status.set({ failure: "" });
  writeMoment(frame);
  questions.refresh(frame);
  chooser.keepAddress();
});
microscope.onTrouble((error) => status.set({ failure: `the plan cannot be drawn. ${error.message}` }));
microscope.onTheme(() => {
  questions.redraw();
  timeline.redraw();
});

// --- what the person does -------------------------------------------------------------------------------------------------------

function change(settings) {
  if (classroom.following) {
    notice.say(FOLLOWING);
    putBack();
  } else if (live.change(settings)) latency.sending(settings);
  else {
    notice.say("Not connected. The setting was not changed.");
    putBack();
  }
}

function command(name, more = {}) {
  if (live.looksOnly) return notice.say("This link may look, not touch.");
  if (classroom.following) return notice.say(FOLLOWING);
  if (status.state.connection === "refused") return notice.say("Nothing is planned here. Choose another checkpoint.");
  chooser.overtaken();
  if (name !== "play" && name !== "pause") chooser.milestone = true;
  if (live.command(name, more)) return;
  chooser.milestone = false;
  notice.say("Not connected. Try again in a moment.");
  putBack();
}

const actions = {
  // In slow motion the same key goes on to the next step.
  play: () => {
    if (microscope.film.on) microscope.film.step(1);
    else if (isOver(status.state)) notice.say(ENDED);
    else if (status.state.playing) command("pause");
    else command("play", status.state.speed ? { speed: status.state.speed } : {});
  },
  forward: () => (isOver(status.state) ? notice.say(ENDED) : command("step")),
  back: () => command("back"),
  first: () => command("goto", { step: 0 }),
  last: () => command("goto", { step: status.state.furthest }),
  restart: () => command("reset"),
  reset: (group) => knobs.reset(group),
  resetKnob: (name) => knobs.resetOne(name),
  drawer: () => drawer.toggle(),
  take: () => microscope.takeSelected(),
  again: () => planAgain(),
  class: () => classDialog.toggle(),
  ...dialogs.actions,
};

/** @returns {import("./controls/commands.js").Findable} */
const findable = () => ({
  actions, looking: microscope.actions, knobs: knobs.list(), focusKnob, planners: chooser.catalogue.planners, now: /** @type {any} */ (status.state), choose: CHOSEN, panels, lessons: live.looksOnly ? [] : lessons.known, begin: (name) => lessons.begin(name),
});

const loadQuestions = () => questions.load({
  api, now: () => ({ id: live.session.id, frame: microscope.frame, described: chooser.settingsOf(status.state.planner), without: withoutPlan(status.state) }), change, focusKnob, storage: ownStorage(), changed: () => chooser.keepAddress(),
});

/** They are there before Dash has made a place for them. */
async function loadKnobTools() {
  const { KnobTools } = await import("./controls/knob_tools.js");
  knobTools = new KnobTools({
    knobs, planner: () => chooser.planner(status.state.planner), storage: ownStorage(), change: (settings) => change(settings), say: (text) => notice.say(text),
    mounted: dash.mounted, lifetime,
  });
}

/** Goes to the moment of a lesson's step, with all knobs in sight. */
function visitStep(href) {
  knobTools?.clearSearch();
  chooser.visit(href);
}

/** The knob may be hidden, behind a drawer, or not among those found. */
function focusKnob(name) {
  if (panels.isHidden("knobs")) panels.toggle("knobs");
  microscope.enlarge(null);
  knobTools?.clearSearch();
  drawer.show();
  knobs.focus(name);
}

/** Pins the first plan of another checkpoint as A. */
async function compareWith(checkpoint) {
  try {
    await pinning.pinLink(await linkOfMade(await api.createSession({ checkpoint })));
  } catch (error) {
    notice.say(`The plan to compare with cannot be made: ${/** @type {Error} */ (error).message}.`);
  }
}

/** The link to the moment of a session that was made for it alone, and then goes. */
async function linkOfMade({ id }) {
  try {
    return (await api.link(id)).query;
  } finally {
    api.deleteSession(id);
  }
}

/** Leaves a replay for a live session at the moment of its frame. */
async function planAgain() {
  const { id } = live.session;
  if (!id) return;
  try {
    chooser.visit(momentAddress(location.href, await linkOfMade(await api.command(id, { command: "fork" }))));
  } catch (error) {
    notice.say(`It cannot be planned again here: ${/** @type {Error} */ (error).message}.`);
  }
}

/** Looks again how the pictures stand to what is asked for. */
function judge() {
  status.set({ showing: showingOf(microscope.frame, /** @type {any} */ (status.state)) });
}

const CHOSEN = {
  checkpoint: (value) => chooser.exchange({ checkpoint: value }),
  planner: (value) => chooser.exchange({ planner: value }),
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
  try {
    const [catalogue, { role }] = await Promise.all([answered(() => api.planners()), answered(() => api.access())]);
    live.looksOnly = role === "view";
    status.set({ role });
    // One that is asked for by name is not exchanged for another: where it cannot be had, the server says why.
    // The checkpoint of a lesson is not the server's first choice.
    const opened = asked.lesson ? null : first?.checkpoint;
    const checkpoint = asked.checkpoint ?? opened ?? (await answered(() => api.checkpoints().then(firstOf)));
    if (!checkpoint) return status.set({ connection: "refused", reason: "it has no checkpoints to load." });
    microscope.connect(live);
    chooser.catalogue = catalogue;
    if (asked.lesson && (await openLesson(checkpoint))) return;
    chooser.start(asked, checkpoint, catalogue, first);
    if (!asked.lesson) lessons.offer();
    if (asked.compare) compareWith(asked.compare);
  } catch (error) {
    status.set({ connection: "refused", reason: /** @type {Error} */ (error).message });
  }
}

/** Opens the lesson that the address names. True where its step decides which moment is shown. @param {string} home */
async function openLesson(home) {
  const panel = await lessons.open(asked.lesson ?? "", asked.at ?? null);
  if (!panel || !saysLessonOnly(location.search)) return false;
  chooser.home = home;
  history.replaceState(history.state, "", momentAddress(location.href, panel.step.link, panel.fields));
  panel.arriving = true;
  panel.chooseLayout();
  chooser.revisit();
  return true;
}

const firstOf = ({ first, checkpoints }) => first ?? checkpoints[0]?.name ?? null;

microscope.onFilm(() => {
  if (status.state.playing) command("pause");
  // The bar takes half of a low window: the other half is for the pictures.
  if (innerHeight < LOW) microscope.sections.get("world")?.scrollIntoView();
});
status.subscribe(["session"], ({ session }) => {
  if (session !== null) return;
  classroom.quietly(() => microscope.clear());
  panels.follow({});
});
status.subscribe(["session", "revision", "seed", "step", "playing", "plain"], judge);
status.subscribe(["showing"], ({ showing = "none" }) => lateness.follow(showing));
status.subscribe(["connection", "reason", "phase", "detail", "failure", "device", "queue", "warming", "showing", "late", "replay", "role"], (state) => {
  writeStatus(state);
  microscope.mark(isStale(state));
  if (state.failure) microscope.excuse(`No plan: ${state.failure}`);
});
status.subscribe(["playing", "step", "furthest", "phase", "replay"], (state) => writeTransport(state, filming));
// With every picture of a film its place changes: what counts is that there is one.
microscope.store.subscribe(["film"], ({ film }) => {
  if (filming === !!film) return;
  filming = !!film;
  writeTransport(status.state, filming);
});
status.subscribe(["step"], ({ step }) => timeline.show(step));
status.subscribe(["checkpoint", "planner", "speed", "seed"], (state) => topBar.show(state));
status.subscribe(["replay", "role", "connection", "following"], (state) => lock(/** @type {any} */ (state)));
status.subscribe(["connection"], ({ connection }) => {
  const alone = connection === "refused";
  if (alone) microscope.standAlone();
  for (const part of [timeline, questions]) part.standAlone(alone);
});
status.subscribe(["planner"], ({ planner }) => dash.set("planner-shown", { data: planner }));

Object.assign(inspected, { status, latency });

microscope.sections.get("world")?.querySelector(".panel-tools")?.before(paths.element);
document.body.append(pinning.root);
followButtons(actions, lifetime);
followChoices(chosen, lifetime);
followDrops((file) => (live.looksOnly ? notice.say("This link may look, not touch.") : dialogs.takeIn(file)), lifetime);
keepPlace(document.body, lifetime);
followKeys(document, PAGE_KEYS, actions, lifetime);
writeStatus(status.state);
dash.mounted.then(() => {
  lock(status.state);
  dialogs.follow(dialogs.recording);
  writeTransport(status.state, filming);
  if (microscope.frame) writeMoment(microscope.frame);
  chooser.writeLink();
});
if (first) {
  dialogs.speakOf(kindOf(first));
  judge();
}
dash.start();
Promise.all([loadStyle("later.css"), loadQuestions(), loadKnobTools(), dialogs.load(), lessons.load()]).catch(() => notice.say("Parts of the page could not be loaded. Load it again."));
dash.listen((message) => TURNED[message.type]?.(message));
lifetime.listen(window, "popstate", () => {
  chooser.revisit();
  const { lesson = null, at = null } = readAddress(location.search);
  lessons.follow({ lesson, at });
});
microscope.store.subscribe(["level", "selection", "compared", "heat", "strip", "beside", "projection"], () => chooser.keepAddress());
// On the way from one layout to another the address would change with every frame.
microscope.store.subscribe(["layout"], ({ layout }) => layout.share === 1 && chooser.keepAddress());
// Left for good (not kept in the back-forward cache): the server need not keep the session.
lifetime.listen(window, "pagehide", ({ persisted }) => persisted || live.session.leave());
start();
