// The plan that is pinned as A, beyond the microscope that compares with it: its link, which goes into the link of the page; a plan that is pinned
// because a link says so; and A in a microscope of its own beside B.

import { readFrame } from "../frame/frame.js";
import { element } from "../lib/elements.js";
import { linkMicroscopes, Microscope } from "../microscope.js";
import { RecordSource } from "../source/record.js";

const PANELS = ["world", "genealogy", "strips", "weights"];

export class Pinning {
  /**
   * @param {object} page
   * @param {import("../source/api.js").Api} page.api
   * @param {Microscope} page.microscope
   * @param {HTMLButtonElement} page.button pins the plan that is shown, or lets A go
   * @param {() => {session: string | null, revision: number}} page.now the session, and the revision of its settings
   * @param {(text: string) => void} page.say tells the person
   * @param {() => void} page.changed the address has something else to say
   * @param {import("../lib/lifetime.js").Lifetime} page.lifetime
   */
  constructor({ api, microscope, button, now, say, changed, lifetime }) {
    this.api = api;
    this.microscope = microscope;
    this.now = now;
    this.say = say;
    this.changed = changed;
    this.root = element("section", "beside");
    this.root.id = "beside";
    this.root.setAttribute("aria-label", "The pinned plan, A");
    /** @type {Microscope | null} */
    this.second = null;
    /** @type {(() => void)[]} */
    this.links = [];
    /** Ends of B's axes as A was drawn with them last. */
    this.axes = "";
    /** Length that a link may have; known with the first one. */
    this.maxLength = Infinity;
    this.button = button;
    this.button.setAttribute("aria-pressed", "false");
    lifetime.listen(this.button, "click", () => (microscope.store.state.pinned ? microscope.unpin() : microscope.pin()));
    lifetime.add(microscope.store.subscribe(["pinned"], ({ pinned }) => this.follow(pinned)));
    microscope.onBeside(() => (this.second ? this.close() : this.open()));
  }

  /** Field of the address: the link of A, where it has one that leaves the address short enough. */
  get field() {
    const link = this.microscope.store.state.pinned?.link ?? null;
    if (!link) return {};
    const rest = new URLSearchParams(location.search);
    rest.delete("pin");
    return `${rest}&${new URLSearchParams({ pin: link })}`.length <= this.maxLength ? { pin: link } : {};
  }

  follow(pinned) {
    this.button.setAttribute("aria-pressed", `${!!pinned}`);
    this.button.textContent = pinned ? "let A go" : "pin";
    if (!pinned) this.close();
    else if (this.second) this.show(pinned.frame);
    if (pinned && pinned.link === null) this.findLink(pinned);
    this.changed();
  }

  /** The link of a plan that was pinned as it was shown. A plan that was kept, and not planned here, has none. */
  async findLink(pinned) {
    const { session, revision } = this.now();
    const { frame } = pinned;
    if (!session || frame.recorded || frame.replayed || frame.session !== session) return;
    try {
      const { query, max_length } = await this.api.link(session, frame.step);
      this.maxLength = max_length;
      // Settings that were changed meanwhile would make another plan.
      if (this.now().revision !== revision || frame.revision !== revision) return;
      pinned.link = query;
      this.changed();
    } catch {
      // Without it the link of the page leaves A out.
    }
  }

  /**
   * Pins the plan of a link.
   * @param {string} query
   * @param {boolean} [beside] true to show it beside B
   */
  async pinLink(query, beside = false) {
    try {
      const frame = readFrame(await this.api.linkedPlan(query));
      this.microscope.pin(frame, query);
      if (beside && !this.second) this.open();
      if (frame.notes.length) this.say(`A: ${frame.notes.join(" ")}`);
    } catch (error) {
      this.say(`The plan to compare with cannot be made: ${/** @type {Error} */ (error).message}.`);
    }
  }

  /** Pins a plan that was kept as a file. @param {File} file */
  async pinFile(file) {
    try {
      const { drawingOfFile } = await import("../source/kept.js");
      this.microscope.pin(readFrame(await drawingOfFile(file, this.api)));
    } catch (error) {
      this.say(`The plan to compare with cannot be read: ${/** @type {Error} */ (error).message}.`);
    }
  }

  open() {
    const { pinned, strips, level, selection, compared, layout, window: part, hidden, box, heat } = this.microscope.store.state;
    if (!pinned) return;
    document.body.dataset.beside = "";
    // Its keys are those of the first one, which it is linked to.
    this.second = new Microscope(this.root, null, { panels: PANELS, keys: new EventTarget(), storage: null });
    // It begins where the first one looks; what either looks at from then on is linked.
    this.second.store.set({ strips, level, selection, compared, layout, window: part, hidden, box, heat });
    this.second.makeRoom(strips[this.microscope.element.dataset.kind === "tree" ? "tree" : "particles"].length);
    this.links = [
      linkMicroscopes(this.microscope, this.second),
      this.microscope.store.subscribe(["strips"], (state) => this.second?.store.set({ strips: state.strips })),
      this.microscope.onFrame((frame) => this.shareAxes(frame)),
    ];
    this.show(pinned.frame);
    this.press(true);
  }

  show(frame) {
    // A copy: the microscope that shows a frame writes into it where it came from.
    const copy = frame.withLineage({});
    this.second?.connect(new RecordSource(copy));
    this.microscope.store.set({ alongside: copy });
    this.axes = "";
    if (this.microscope.frame) this.shareAxes(this.microscope.frame);
  }

  /** Lines and paths of A and B are compared by eye: their axes are the same. While playing A is drawn again only where B's axes move. */
  shareAxes(frame) {
    const { domains = [], paths } = frame.steady ?? {};
    const ends = [...[...domains], ["x", paths?.x], ["y", paths?.y]];
    const axes = JSON.stringify(ends.map(([id, axis]) => [id, axis?.low, axis?.high]));
    if (axes === this.axes) return;
    this.axes = axes;
    this.second?.store.set({ alongside: frame });
  }

  close() {
    delete document.body.dataset.beside;
    for (const end of this.links.splice(0)) end();
    this.second?.dispose();
    this.second = null;
    this.microscope.store.set({ alongside: null });
    this.press(false);
  }

  press(pressed) {
    this.microscope.store.set({ beside: pressed });
    this.microscope.comparison?.beside.setAttribute("aria-pressed", `${pressed}`);
  }
}
