// When things are painted: once per screen refresh, always the newest frame, and every frame received is acknowledged exactly once.

export class Painter {
  /**
   * @param {{paint: (frame: any, parts: Set<string>) => void, acknowledge: (frame: any) => void, trouble?: (error: Error) => void}} hooks `trouble` is
   *   told of an error in a picture
   */
  constructor({ paint, acknowledge, trouble }) {
    this.hooks = { paint, acknowledge, trouble };
    this.pending = null;
    /** @type {Set<string>} */
    this.parts = new Set();
    /** @type {number | null} */
    this.scheduled = null;
  }

  /** A new frame; one that still waits is dropped for it. */
  offer(frame) {
    if (this.pending) this.hooks.acknowledge(this.pending);
    this.pending = frame;
    this.request("frame");
  }

  /**
   * Asks for a part of the page to be painted again.
   * @param {"frame" | "base" | "levels" | "genealogy" | "decision" | "particle" | "overlay"} part
   */
  request(part) {
    this.parts.add(part);
    this.scheduled ??= requestAnimationFrame(() => this.tick());
  }

  tick() {
    this.scheduled = null;
    const [frame, parts] = [this.pending, this.parts];
    this.pending = null;
    this.parts = new Set();
    try {
      this.hooks.paint(frame, parts);
    } catch (error) {
      if (!this.hooks.trouble) throw error;
      reportError(error);
      this.hooks.trouble(/** @type {Error} */ (error));
    } finally {
      // Also after an error in a picture: without credit the server would send nothing any more.
      if (frame) this.hooks.acknowledge(frame);
    }
  }

  /** Forgets a frame that waits; nothing is painted any more until the next request. */
  cancel() {
    if (this.scheduled !== null) cancelAnimationFrame(this.scheduled);
    this.scheduled = null;
    this.pending = null;
    this.parts = new Set();
  }
}
