// The parts that a plan keeps only on request: prior, proposal and Q of every action at every particle, and all states. Made when a person asks, never while
// pointing; once a program is compiled, also of the plans that follow.

// Plans in motion are not asked about.
const QUIET = 350;
const SECOND = 1000;

export class DetailRequest {
  /**
   * @param {object} given
   * @param {() => import("./source.js").Source | null} given.source
   * @param {() => any} given.frame the frame that is shown
   * @param {() => void} given.changed called when there is something to be said, or ready
   */
  constructor({ source, frame, changed }) {
    this.source = source;
    this.frame = frame;
    this.changed = changed;
    /** Those who want it. @type {Set<string>} */
    this.wanted = new Set();
    /** A sentence about what is being done, or why it is not. */
    this.said = "";
    /** The frame that it is made of. */
    this.made = "";
    /** True while a person waits: a program may be compiled. */
    this.patient = false;
    /** @type {AbortController | null} */
    this.asking = null;
    /** @type {ReturnType<typeof setTimeout> | null} */
    this.timer = null;
  }

  /** True where the source can make it of the frame that is shown, or somebody else has. */
  get offered() {
    const frame = this.frame();
    return !!frame && !frame.recorded && !frame.over && (!!this.source()?.can.includes("detail") || this.shared);
  }

  /** True where it is made of the frame that is shown. */
  get ready() {
    const frame = this.frame();
    return !!frame && (this.made === keyOf(frame) || this.shared);
  }

  /** True where the plan comes with it, whoever asked for it. A search tree has its actions in any case. */
  get shared() {
    const frame = this.frame();
    return !!frame && !frame.kept && !frame.tree && !!frame["lineage/priors"];
  }

  /**
   * Somebody wants it from now on.
   * @param {string} who
   */
  want(who) {
    this.wanted.add(who);
    this.patient = true;
    this.ask();
  }

  /** @param {string} who */
  leave(who) {
    this.wanted.delete(who);
    if (!this.wanted.size) this.stop("");
  }

  /** Another plan is shown. */
  attend() {
    if (!this.wanted.size || this.ready) return;
    this.stop(this.patient ? this.said : "");
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), QUIET);
  }

  async ask() {
    const [frame, source] = [this.frame(), this.source()];
    if (!this.offered || this.ready || !source?.detail) return this.changed();
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    try {
      const found = await source.detail(frame, false, asking.signal);
      if (!found.ready && this.patient) await this.compile(source, frame, found.seconds, asking.signal);
      else if (!found.ready) return this.say("Another program has to be compiled for this plan: press again.");
      this.made = keyOf(frame);
      this.patient = false;
      this.say("");
    } catch (error) {
      if (asking.signal.aborted) return;
      // The session may be further than the page: the next plan is asked about again.
      if (/** @type {any} */ (error).status !== 409) this.patient = false;
      this.say(`Not made: ${/** @type {Error} */ (error).message}`);
    } finally {
      if (this.asking === asking) this.asking = null;
    }
  }

  /** Says how long a program has been compiled while it is. */
  async compile(source, frame, seconds, signal) {
    const expected = seconds ? Math.max(Math.round(seconds), 1) : 0;
    const began = performance.now();
    const tell = () => {
      const elapsed = Math.round((performance.now() - began) / SECOND);
      // Longer than last time: nobody knows how long.
      this.say(`Compiling a program that keeps every action and state: ${elapsed} s${elapsed <= expected ? ` of about ${expected} s` : ""}`);
    };
    tell();
    const telling = setInterval(tell, SECOND);
    try {
      await source.detail(frame, true, signal);
    } finally {
      clearInterval(telling);
    }
  }

  stop(said) {
    if (this.timer !== null) clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
    this.say(said);
  }

  say(text) {
    this.said = text;
    this.changed();
  }

  dispose() {
    if (this.timer !== null) clearTimeout(this.timer);
    this.asking?.abort();
  }
}

const keyOf = ({ session, id }) => `${session} ${id}`;
