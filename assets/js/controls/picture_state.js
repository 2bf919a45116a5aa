// The relation of the pictures to what is asked for: are they of the moment and the settings that the page shows, and if not, what then.

/**
 * `none`: nothing is shown; `recorded`: the recorded opening plan, which the live one will equal; `opening`: the same, but something else is asked for;
 * `other`: a plan of another session; `earlier`: one of this session, of other settings or another moment; `live`: the plan that is asked for.
 * @typedef {"none" | "recorded" | "opening" | "other" | "earlier" | "live"} Showing
 */

/**
 * @typedef {object} Asked what a plan is asked for, as far as the page knows
 * @property {string | null} session
 * @property {number} revision of the session's settings
 * @property {number} seed
 * @property {number} step
 * @property {boolean} playing
 * @property {boolean} plain the session began as the recorded openings did: default planner and settings, and their moment
 */

/**
 * @param {any} frame the one that is shown, or null
 * @param {Asked} asked
 * @returns {Showing}
 */
export function showingOf(frame, { session, revision, seed, step, playing, plain }) {
  if (!frame) return "none";
  if (frame.recorded) return plain && revision === 0 && Number(frame.seed) === seed && frame.step === step ? "recorded" : "opening";
  if (frame.session !== session) return "other";
  // While playing the session is a step ahead of its pictures.
  const there = playing || frame.step === step;
  return there && frame.revision === revision && Number(frame.seed) === seed ? "live" : "earlier";
}

const APART = ["lost", "reconnecting", "gone", "refused"];

/**
 * True where the pictures must not look like the answer to what is asked for. A plan that is on its way is waited for a moment first.
 * @param {{connection: string, showing?: Showing, failure?: string, late?: boolean, phase?: string}} status
 */
export function isStale({ connection, showing, failure, late, phase }) {
  // Asked for was what is recorded, and no other plan follows it.
  if (connection === "refused" && showing === "recorded") return false;
  if (APART.includes(connection)) return true;
  if (showing === "recorded") return !!failure;
  return showing !== "none" && showing !== "live" && (!!failure || !!late || phase === "compiling");
}

// Most plans are there sooner. Pictures that pale at every turn of a knob would say nothing.
const PATIENCE = 400;

/** Says when a plan that is asked for has not come for a while; every plan that comes, an outdated one too, is a sign of life. */
export class Lateness {
  /** @param {(late: boolean) => void} report */
  constructor(report) {
    this.report = report;
    /** @type {Showing} */
    this.showing = "none";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {Showing} showing */
  follow(showing) {
    this.showing = showing;
    this.again();
  }

  /** Begins to wait anew, where there is something to wait for. */
  again() {
    clearTimeout(this.timer);
    this.report(false);
    if (!["none", "live", "recorded"].includes(this.showing)) this.timer = setTimeout(() => this.report(true), PATIENCE);
  }
}
