// When things are painted: once per screen refresh, always the newest frame, and every frame received is acknowledged exactly once.

export class Painter {
  /** @param {{paint: (frame, parts: Set<string>) => void, acknowledge: (frame) => void}} hooks */
  constructor({ paint, acknowledge }) {
    this.hooks = { paint, acknowledge };
    this.pending = null;
    this.parts = new Set();
    this.scheduled = false;
  }

  /** A new frame; one that still waits is dropped for it. */
  offer(frame) {
    if (this.pending) this.hooks.acknowledge(this.pending);
    this.pending = frame;
    this.request("frame");
  }

  /** Asks for a part of the page to be painted again. */
  request(part) {
    this.parts.add(part);
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => this.tick());
  }

  tick() {
    this.scheduled = false;
    const [frame, parts] = [this.pending, this.parts];
    this.pending = null;
    this.parts = new Set();
    try {
      this.hooks.paint(frame, parts);
    } finally {
      // Also after an error in a picture: without credit the server would send nothing any more.
      if (frame) this.hooks.acknowledge(frame);
    }
  }
}
