// The race: several planners on the moment that is shown, at one budget. Their plans grow side by side under one cursor; below them stand their
// improved policies on one axis, and over many seeds what their decisions lose and which of them wins.

import { decode, SEEDS } from "../frame/decode.js";
import { readFrame } from "../frame/frame.js";
import { OVER } from "../frame/narration.js";
import { exactMeasure, joinDecisions, longMeasure } from "../frame/race.js";
import { around, element } from "../lib/elements.js";
import { count, percent } from "../lib/format.js";
import { onThemeChange } from "../lib/palette.js";
import { ApiError } from "../source/api.js";
import { openableDialog } from "./dialog.js";
import { RaceCursor } from "./race_cursor.js";
import { RaceForm } from "./race_form.js";
import { Lane } from "./race_lane.js";
import { RaceOutcome } from "./race_outcome.js";

// The session is elsewhere, or gone: that is the end for all planners.
const LOST = [404, 409];
// Seeds of one request: between two it is known how far the work is, and it can be cancelled.
const PART = 8;

export class Race {
  /**
   * @param {object} page
   * @param {import("../source/api.js").Api} page.api
   * @param {() => {id: string | null, frame: any, layout: any, playing: boolean, without: string}} page.now
   * @param {() => import("../lib/palette.js").Theme} page.theme
   * @param {() => void} page.pause
   * @param {(link: string) => void} page.visit opens the moment of a link
   * @param {(link: string) => void} page.pin pins the plan of a link as A
   * @param {(text: string) => void} page.say tells the person where there is no race
   * @param {import("../lib/lifetime.js").Lifetime} page.lifetime
   */
  constructor({ api, now, theme, pause, visit, pin, say, lifetime }) {
    this.api = api;
    this.now = now;
    this.theme = theme;
    this.pause = pause;
    this.visit = visit;
    this.pin = pin;
    this.tell = say;
    /** The moment and settings that the race is of. */
    this.of = "";
    /** @type {Lane[]} */
    this.lanes = [];
    /** @type {AbortController | null} */
    this.asking = null;
    this.note = element("p", "race-note");
    this.note.setAttribute("role", "status");
    this.room = element("div", "race-lanes");
    this.form = new RaceForm(lifetime, (wrong) => this.judged(wrong));
    const show = (share) => this.lanes.forEach((lane) => lane.show(share));
    this.cursor = new RaceCursor({ show, choose: (name) => this.showPicture(name), lifetime });
    this.outcome = new RaceOutcome(theme, lifetime, () => {
      this.draw();
      if (!this.asking) this.say(this.outcome.sentence(this.lanes));
    });
    const body = around("div", "race-body", this.form.element, this.form.reasons, this.note, this.cursor.element, this.room, this.outcome.element);
    this.element = openableDialog({ id: "race", label: "Race", title: "Race", content: [body], lifetime });
    this.follow(lifetime);
    this.arrange();
  }

  follow(lifetime) {
    lifetime.listen(this.form.start, "click", () => this.run());
    lifetime.listen(this.form.cancel, "click", () => this.asking?.abort());
    lifetime.listen(this.element, "close", () => {
      this.cursor.stop();
      this.asking?.abort();
    });
    lifetime.observe(new ResizeObserver(() => this.draw()), this.outcome.figure);
    lifetime.add(onThemeChange(() => {
      this.draw();
      for (const lane of this.lanes) lane.writeTaken();
    }));
    lifetime.add(() => this.clear());
  }

  async toggle() {
    if (this.element.open) return this.element.close();
    const { id, frame, playing, without } = this.now();
    if (!id || !frame || frame.recorded) return this.tell(`A race needs a live plan: ${without}`);
    if (frame.replayed) return this.tell("A recording plans nothing: plan again from here, then race.");
    if (playing) this.pause();
    const of = JSON.stringify([id, frame.step, frame.seed, frame.planner, frame.settings]);
    if (of !== this.of) this.clear();
    this.of = of;
    this.element.showModal();
    if (frame.over) return this.refuse(OVER);
    if (this.lanes.length) return this.draw();
    try {
      const about = await this.api.aboutRace(id);
      this.form.offer(about);
      this.room.replaceChildren(...about.planners.map(({ title, help, source }) => (
        around("section", "race-card", element("h3", "", title), element("p", "", help), element("p", "hint", source))
      )));
      this.arrange();
      this.form.start.focus();
    } catch (error) {
      this.refuse(`No race: ${/** @type {Error} */ (error).message}.`);
    }
  }

  /** Says why there is no race to be had. */
  refuse(reason) {
    this.clear();
    this.form.start.disabled = true;
    this.say(reason);
  }

  judged(wrong) {
    if (this.asking) return;
    if (wrong || !this.lanes.length) this.say(wrong || this.form.introduction);
  }

  async run() {
    const { id, frame } = this.now();
    if (!id || this.asking || !this.form.about) return;
    const { wish, about } = this.form;
    this.clear();
    const asking = new AbortController();
    const { signal } = asking;
    this.asking = asking;
    this.arrange();
    const step = frame.step;
    try {
      const { entrants, reference } = await this.api.race(id, wish, signal);
      this.outcome.reference = reference;
      this.enter(entrants);
      await this.each("Planning", signal, (lane) => this.planLane(lane, id, step, wish.milliseconds, signal), () => {});
      this.cursor.play();
      await this.findMeasure(id, step, signal);
      await this.each(`${about.seeds} seeds of`, signal, async (lane, index, progress) => {
        const { planner, settings } = lane.entrant;
        let decisions = /** @type {import("../frame/race.js").Decisions | null} */ (null);
        for (let done = 0; done < about.seeds; done += PART) {
          const { arrays } = decode(await this.api.seeds(id, PART, signal, { planner, settings, step, skip: done }), SEEDS);
          decisions = joinDecisions(decisions, decisionsOf(arrays));
          progress((done + PART) / about.seeds);
        }
        this.outcome.seeds[index] = { decisions };
      }, (index, reason) => (this.outcome.seeds[index] = { waits: `no seeds: ${reason}` }));
      this.say(this.outcome.sentence(this.lanes));
    } catch (error) {
      this.say(signal.aborted ? "Cancelled. What came so far stays." : `The race ended: ${/** @type {Error} */ (error).message}.`);
      for (const lane of this.lanes) if (!lane.frame) lane.say("not planned");
    } finally {
      this.asking = null;
      this.arrange();
      this.draw();
    }
  }

  /** A lane for each planner. */
  enter(entrants) {
    const leave = (act) => (link) => {
      this.element.close();
      act(link);
    };
    this.room.replaceChildren();
    const given = { visit: leave(this.visit), pin: leave(this.pin), layout: laneLayout(this.now().layout), theme: this.theme, room: this.room };
    this.lanes = entrants.map((entrant) => new Lane(entrant, given));
    this.outcome.seeds = this.lanes.map(() => ({}));
    this.arrange();
    this.showPicture(this.cursor.picture);
  }

  /** The plan of one planner; where the budget is a time, its size is found first. */
  async planLane(lane, id, step, milliseconds, signal) {
    if (milliseconds !== undefined) {
      lane.say("timing plans …");
      lane.found(await this.api.raceTimed(id, { planner: lane.entrant.planner, milliseconds }, signal));
    }
    lane.say("planning …");
    const { planner, settings } = lane.entrant;
    lane.planned(readFrame(await this.api.otherPlan(id, { planner, settings, step }, signal)));
    lane.show(1);
  }

  /**
   * Work for one lane after the other. One that is refused says why, and the others go on.
   * @param {string} what
   * @param {AbortSignal} signal
   * @param {(lane: Lane, index: number, progress: (share: number) => void) => Promise<void>} work which may say how much of it is done
   * @param {(index: number, reason: string) => void} refused
   */
  async each(what, signal, work, refused) {
    const lanes = this.lanes.filter((lane) => !lane.failed);
    for (const [at, lane] of lanes.entries()) {
      const since = performance.now();
      const seconds = () => Math.round((performance.now() - since) / 1000);
      let left = "";
      const report = () => this.say(`${what} ${lane.entrant.title}, ${at + 1} of ${lanes.length} … ${seconds()} s${left}`);
      const progress = (share) => {
        // The first part has also compiled.
        left = share < 1 ? `, ${percent(share)} done, about ${count(Math.max(Math.round((seconds() * (1 - share)) / share), 1), "second")} left` : "";
        report();
      };
      const timer = setInterval(report, 1000);
      report();
      try {
        await work(lane, this.lanes.indexOf(lane), progress);
      } catch (error) {
        if (signal.aborted || !(error instanceof ApiError) || LOST.includes(error.status)) throw error;
        const reason = error.message.split(" — ")[0];
        if (!lane.frame) lane.fail(reason);
        refused(this.lanes.indexOf(lane), reason);
      } finally {
        clearInterval(timer);
        this.draw();
      }
    }
  }

  /** Exact answers, or the long plan that stands in for them. */
  async findMeasure(id, step, signal) {
    const frame = this.lanes.find((lane) => lane.frame)?.frame;
    if (!frame) throw new Error("none of the planners has a plan");
    const { reference } = this.outcome;
    if (frame.truth || !reference) this.outcome.measure = frame.truth ? exactMeasure(frame.truth) : null;
    else {
      this.say(`The long plan that the others are measured by: ${reference.size} …`);
      const { planner, settings } = reference;
      const { arrays } = decode(await this.api.seeds(id, 1, signal, { planner, settings, step }), SEEDS);
      const decision = { root_q: arrays.root_q.data, chosen_action: arrays.chosen_action.data, root_policy: arrays.root_policy.data };
      this.outcome.measure = longMeasure(decision, frame.continuous ? frame.bounds : null);
    }
  }

  /** Shows one picture of each plan. An action pointed at in one of them is singled out in all. */
  showPicture(name) {
    for (const lane of this.lanes) {
      lane.build(name, (store) => store.subscribe(["hover", "selection"], ({ hover, selection }) => {
        for (const other of this.lanes) if (other !== lane) other.single(hover, selection);
      }));
    }
  }

  draw() {
    if (this.element.open) this.outcome.draw(this.lanes, !!this.asking);
  }

  say(text) {
    if (this.note.textContent !== text) this.note.textContent = text;
  }

  arrange() {
    const raced = this.lanes.length > 0;
    this.form.arrange(!!this.asking);
    for (const part of [this.outcome.element, this.cursor.element]) part.hidden = !raced;
    this.element.toggleAttribute("data-raced", raced);
    const columns = columnsOf(this.room.childElementCount);
    this.element.style.setProperty("--columns", `${columns}`);
    this.element.dataset.rows = `${Math.ceil(this.room.childElementCount / columns)}`;
  }

  clear() {
    this.asking?.abort();
    this.cursor.stop();
    for (const lane of this.lanes.splice(0)) lane.dispose();
    this.room.replaceChildren();
    this.outcome.clear();
    this.cursor.go(1);
    this.say("");
    this.arrange();
  }
}

/** Lanes in a row: no more than three, and rows as equal as can be. */
export const columnsOf = (count) => (count <= 3 ? Math.max(count, 1) : Math.ceil(count / 2));

/** In a river particles cannot be seen coming. */
function laneLayout(layout) {
  const name = layout?.to === "slots" ? "slots" : "tree";
  return { from: name, to: name, share: 1 };
}

/** @param {Record<string, any>} arrays */
const decisionsOf = ({ seed, root_policy, chosen_action, root_atoms }) => ({
  count: seed.shape[0], root_policy: root_policy.data, chosen_action: chosen_action.data, root_atoms: root_atoms?.data,
});
