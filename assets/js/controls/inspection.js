// The page as tests and measurements see it: what is shown, and how it came about.

/**
 * @param {object} page
 * @param {{framesReceived: number, framesPainted: number, firstPictureMs: number | null}} page.counters
 * @param {import("../microscope.js").Microscope} page.microscope
 * @param {import("../lib/store.js").Store<any>} page.status
 * @param {import("./latency.js").LatencyMeter} page.latency
 */
export const inspection = ({ counters, microscope, status, latency }) => ({
  get framesReceived() { return counters.framesReceived; },
  get framesPainted() { return counters.framesPainted; },
  get firstPictureMs() { return counters.firstPictureMs; },
  get recorded() { return !!microscope.frame?.recorded; },
  get lastFrame() {
    const { frame } = microscope;
    if (!frame || frame.recorded) return null;
    const { id, revision, step, planner, interventions, slots, levels, skipped, drawn, steps } = frame;
    return { frame: id, revision, step, planner, interventions, particles: slots, depth: levels, skipped, drawn, steps };
  },
  get step() { return status.state.step; },
  get seed() { return status.state.seed; },
  get connection() { return status.state.connection; },
  get phase() { return status.state.phase; },
  get showing() { return status.state.showing; },
  get playing() { return status.state.playing; },
  get session() { return status.state.session; },
  get latencies() { return latency.latencies; },
  get lastLatencyMs() { return latency.latencies.at(-1) ?? null; },
  get cursorLevel() { return microscope.view.level; },
  get selection() { return microscope.store.state.selection; },
  get window() { return { ...microscope.store.state.window }; },
});
