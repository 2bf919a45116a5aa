// The panel "Time line": the numbers of every step of the episode as small lines, marks of the steps that deserve a look, and planning ahead.

import { OVER } from "../frame/narration.js";
import { groupMarks, groupText, LINES, marksOf, merge, noteText, nothing, offerText, progressText, sentencesOf, stepAxis } from "../frame/timeline.js";
import { around, element } from "../lib/elements.js";
import { Lifetime } from "../lib/lifetime.js";
import { looks, onLooks } from "../lib/looks.js";
import { keep, read } from "../lib/storage.js";
import { Stage } from "../pictures/stage.js";
import { draw, overlay } from "../pictures/timeline.js";
import { panelSection, setText } from "./section.js";

const KEY = "twistscope.timeline";
// In a window of another size the pictures need the room, where the page does not scroll as a whole: only the marks are shown until somebody asks for more.
const ROOMY = { usual: "(min-height: 860px), (max-width: 1100px), (max-height: 680px)", large: "(min-height: 1040px), (max-width: 1320px), (max-height: 820px)" };

export class TimelinePanel {
  /**
   * @param {object} given
   * @param {(name: string, more?: object) => void} given.command sends a command of the session
   * @param {() => import("../lib/palette.js").Theme} given.theme
   * @param {Storage | null} [given.storage] keeps whether the lines are open
   */
  constructor({ command, theme, storage = null }) {
    this.command = command;
    this.theme = theme;
    this.storage = storage;
    this.lifetime = new Lifetime();
    this.known = nothing();
    this.step = 0;
    this.over = false;
    /** @type {number | null} */
    this.pointed = null;
    this.written = "";
    /** Of the track, in pixels. */
    this.width = 0;
    /** The step whose mark has the focus, and the element that has it in its place while that mark is gone. */
    this.meant = /** @type {number | null} */ (null);
    this.lent = /** @type {HTMLElement | null} */ (null);
    /** @type {number | null} */
    this.scheduled = null;
    /** The lines have to be drawn again, not only what moves over them. */
    this.changed = true;
    this.stage = new Stage("Time line of the episode", () => this.redraw());
    // It is of the whole episode: a plan that is out of date does not make it pale.
    this.stage.element.className = "timeline-stage";
    this.part = buildParts();
    this.element = this.build();
    this.roomy = { usual: window.matchMedia(ROOMY.usual), large: window.matchMedia(ROOMY.large) };
    this.fit();
    this.follow();
  }

  build() {
    const { track, ahead, cancel, toggle, names, note } = this.part;
    const section = panelSection("timeline", track, around("div", "timeline-buttons", ahead, cancel, toggle));
    section.querySelector(".panel-note")?.remove();
    section.append(around("div", "timeline-lines", names, this.stage.element, note));
    return section;
  }

  follow() {
    const { lifetime, stage } = this;
    const { track, ahead, cancel, toggle } = this.part;
    const stepAt = ({ clientX }) => stepAxis(stage.width, this.known).stepAt(clientX - stage.element.getBoundingClientRect().left);
    lifetime.listen(stage.element, "pointermove", (event) => this.point(stepAt(event)));
    lifetime.listen(stage.element, "pointerleave", () => this.point(null));
    lifetime.listen(stage.element, "click", (event) => this.go(stepAt(event)));
    lifetime.listen(track, "click", ({ target }) => {
      const mark = target.closest("[data-step]");
      if (mark) this.go(Number(mark.dataset.step));
    });
    // Pointed at or reached by the keyboard, a mark's sentence stands beside the lines.
    for (const type of ["pointerover", "focusin"]) lifetime.listen(track, type, ({ target }) => this.point(Number(target.closest("[data-step]")?.dataset.step ?? NaN)));
    for (const type of ["pointerleave", "focusout"]) lifetime.listen(track, type, () => this.point(null));
    lifetime.listen(ahead, "click", () => this.command("ahead"));
    lifetime.listen(cancel, "click", () => this.command("cancel_ahead"));
    lifetime.listen(toggle, "click", () => {
      this.setOpen(!this.open);
      keep(this.storage, KEY, this.open ? "open" : "closed");
    });
    for (const query of Object.values(this.roomy)) lifetime.listen(query, "change", () => this.fit());
    lifetime.add(onLooks(() => this.fit()));
    lifetime.observe(new ResizeObserver(() => {
      this.width = track.clientWidth;
      this.paintSoon();
    }), track);
    lifetime.add(() => stage.dispose());
    lifetime.add(() => this.scheduled !== null && cancelAnimationFrame(this.scheduled));
  }

  /** Nothing is known of another session. */
  clear() {
    this.known = nothing();
    this.pointed = null;
    this.redraw();
  }

  /** @param {boolean} alone no live plan follows */
  standAlone(alone) {
    if (alone === !!this.known.alone) return;
    this.known = { ...nothing(), alone };
    this.redraw();
  }

  /** Draws everything again, in the colours of now. */
  redraw() {
    this.changed = true;
    this.paintSoon();
  }

  /** @param {any} message about changes */
  hear(message) {
    this.known = merge(this.known, message);
    if (this.pointed !== null && this.pointed > this.known.last) this.pointed = null;
    this.redraw();
  }

  /** @param {number} step the one that is shown */
  show(step) {
    if (step === this.step) return;
    this.step = step;
    this.paintSoon();
  }

  /** @param {number | null} step the one pointed at; NaN for none */
  point(step) {
    const pointed = Number.isNaN(step) ? null : step;
    if (pointed === this.pointed) return;
    this.pointed = pointed;
    this.paintSoon();
  }

  /** Goes to a step; to one that is planned ahead along the way that was planned. */
  go(step) {
    const { first, last, ahead_from: from } = this.known;
    if (step < first || step > last) return;
    this.command("goto", from !== null && step >= from ? { step, ahead: true } : { step });
  }

  /** Open as the person chose, or else where there is room. */
  fit() {
    const open = readOpen(this.storage) ?? this.roomy[looks().size].matches;
    if (open !== this.open) this.setOpen(open);
  }

  setOpen(open) {
    this.open = open;
    this.element.toggleAttribute("data-open", open);
    const { toggle } = this.part;
    toggle.setAttribute("aria-expanded", `${open}`);
    toggle.textContent = open ? "less" : "more";
    toggle.title = open ? "Show only the marks" : "Show the numbers of every step";
    this.stage.refit();
    this.redraw();
  }

  paintSoon() {
    this.scheduled ??= requestAnimationFrame(() => {
      this.scheduled = null;
      this.paint();
    });
  }

  paint() {
    const { known, stage, pointed, step } = this;
    const theme = this.theme();
    if (this.open && stage.width && stage.height) {
      if (this.changed) draw(stage.clear("base"), stage.size, known, theme);
      this.changed = false;
      overlay(stage.clear("overlay"), stage.size, known, { step, pointed }, theme);
    }
    this.write();
    this.writeMarks();
  }

  /** After the last step nothing can be planned ahead. @param {boolean} over */
  rest(over) {
    if (over === this.over) return;
    this.over = over;
    this.write();
  }

  /** The words and buttons around the lines. */
  write() {
    const { known, pointed } = this;
    const { ahead, cancel, note, values } = this.part;
    const running = known.job?.state === "running";
    const row = known.rows.get(pointed ?? this.step);
    LINES.forEach(({ said }, index) => setText(values[index], ".timeline-value", row ? said(row) : ""));
    const held = [ahead, cancel].find((button) => button === document.activeElement);
    ahead.hidden = running;
    cancel.hidden = !running;
    // The focus of a button that goes is taken over by the one that comes.
    if (held?.hidden) (running ? cancel : ahead).focus();
    ahead.disabled = this.over;
    ahead.title = this.over ? OVER : offerText(known.usual);
    cancel.title = known.job && running ? `Planning ahead: ${progressText(known.job)}` : "";
    const text = noteText(known, pointed);
    // Only what happened is read aloud, not each step of the way.
    note.setAttribute("aria-live", running || pointed !== null ? "off" : "polite");
    if (note.textContent !== text) Object.assign(note, { textContent: text, title: text });
    const done = known.job && running ? `cancel ${known.job.done} / ${known.job.limit}` : "cancel";
    if (cancel.textContent !== done) cancel.textContent = done;
    this.stage.describe(`Time line of the episode. ${text}`);
  }

  /** The marks, which keep the focus while others come. */
  writeMarks() {
    const { track } = this.part;
    const axis = stepAxis(this.width, this.known);
    const groups = groupMarks(marksOf(this.known), axis.x);
    const from = this.known.ahead_from;
    track.style.setProperty("--now", `${axis.x(this.step)}px`);
    const written = JSON.stringify([groups.map(({ x, ...group }) => group), from]);
    // With every step that comes marks move a little; they are others only now and then.
    if (written === this.written) return groups.forEach(({ x }, index) => (/** @type {HTMLElement} */ (track.children[index]).style.left = `${x}px`));
    this.written = written;
    const active = /** @type {HTMLElement | null} */ (document.activeElement);
    if (!active || active !== this.lent) this.meant = active && track.contains(active) ? Number(active.dataset.step) : null;
    track.replaceChildren(...groups.map((group) => {
      const [glyph, number] = groupText(group);
      const mark = around("button", "timeline-mark", glyph, element("sup", "", number));
      const sentences = sentencesOf(group);
      Object.assign(mark, { type: "button", title: sentences.join("\n") });
      mark.setAttribute("aria-label", sentences.join(" "));
      Object.assign(mark.dataset, { step: `${group.step}`, kind: group.kind });
      mark.toggleAttribute("data-ahead", from !== null && group.step >= from);
      mark.style.left = `${group.x}px`;
      return mark;
    }));
    this.returnFocus();
  }

  /** Gives the focus back to the mark that had it. While that mark is gone, as until the plan of a step is made, the nearest one has it. */
  returnFocus() {
    const { meant, part: { track, toggle } } = this;
    if (meant === null) return;
    const away = (mark) => Math.abs(Number(mark.dataset.step) - meant);
    const marks = /** @type {HTMLElement[]} */ ([...track.children]);
    const nearest = marks.reduce((best, mark) => (best && away(best) <= away(mark) ? best : mark), /** @type {HTMLElement | null} */ (null));
    this.lent = nearest && away(nearest) === 0 ? null : (nearest ?? toggle);
    (nearest ?? toggle).focus();
  }

  /** Gives everything back. */
  dispose() {
    this.lifetime.end();
    this.element.remove();
  }
}

function buildParts() {
  const track = element("div", "timeline-track");
  track.setAttribute("role", "group");
  track.setAttribute("aria-label", "Marks of the episode");
  const button = (name, text) => Object.assign(element("button", `quiet timeline-${name}`, text), { type: "button" });
  const [ahead, cancel, toggle] = [button("ahead", "plan ahead"), button("cancel", "cancel"), button("toggle", "more")];
  cancel.hidden = true;
  const values = LINES.map(({ name, title }) => {
    const row = around("div", "timeline-name", element("span", "", name), element("span", "timeline-value", ""));
    row.title = title;
    return row;
  });
  const note = element("p", "hint timeline-note");
  return { track, ahead, cancel, toggle, values, names: around("div", "timeline-names", ...values), note };
}

/** True for open, as a person chose; null where nobody did. */
function readOpen(storage) {
  const kept = read(storage, KEY);
  return kept === "open" ? true : kept === "closed" ? false : null;
}
