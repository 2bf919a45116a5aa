// The page as tests and measurements see it: what is shown, and how it came about.

/**
 * @typedef {object} Inspected
 * @property {{framesReceived: number, framesPainted: number, firstPictureMs: number | null}} counters
 * @property {import("../microscope.js").Microscope} microscope
 * @property {import("../lib/store.js").Store<any>} [status] once page.js has one
 * @property {import("./latency.js").LatencyMeter} [latency] likewise
 */

/** @param {Inspected} page */
export const inspection = (page) => ({
  get framesReceived() { return page.counters.framesReceived; },
  get framesPainted() { return page.counters.framesPainted; },
  get firstPictureMs() { return page.counters.firstPictureMs; },
  get recorded() { return !!page.microscope.frame?.recorded; },
  get lastFrame() {
    const { frame } = page.microscope;
    if (!frame || frame.recorded) return null;
    const { id, revision, step, planner, interventions, slots, levels, skipped, drawn, steps, projection } = frame;
    return { frame: id, revision, step, planner, interventions, particles: slots, depth: levels, skipped, drawn, steps, projection: projection?.name ?? null };
  },
  get step() { return page.status?.state.step ?? 0; },
  get seed() { return page.status?.state.seed ?? 0; },
  get connection() { return page.status?.state.connection ?? "loading"; },
  get phase() { return page.status?.state.phase ?? ""; },
  get showing() { return page.status?.state.showing ?? "none"; },
  get playing() { return page.status?.state.playing ?? false; },
  get session() { return page.status?.state.session ?? null; },
  get latencies() { return page.latency?.latencies ?? []; },
  get cursorLevel() { return page.microscope.view.level; },
  get selection() { return page.microscope.store.state.selection; },
  get window() { return { ...page.microscope.store.state.window }; },
});
