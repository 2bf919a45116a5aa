// From a turned knob to the first painted frame that was planned with it.

export class LatencyMeter {
  constructor() {
    this.latencies = [];
    this.sent = [];
    this.painted = { revision: -1, at: 0 };
  }

  sending(settings) {
    this.sent.push({ settings, at: performance.now(), revision: null });
  }

  /** The server's settings: they name the revision that includes ours. Of several changes on the way the newest that holds is meant. */
  confirmed(settings, revision) {
    const holds = ({ settings: wanted }) => Object.entries(wanted).every(([name, value]) => settings[name] === value);
    const upTo = this.sent.findLastIndex((change) => change.revision === null && holds(change));
    for (const change of this.sent.slice(0, upTo + 1)) change.revision ??= revision;
    this.settle();
  }

  frame(revision) {
    this.painted = { revision, at: performance.now() };
    this.settle();
  }

  settle() {
    const shown = (change) => change.revision !== null && change.revision <= this.painted.revision;
    // A change to the value it already had is planned with since before it was made.
    for (const { at } of this.sent.filter(shown)) if (this.painted.at >= at) this.latencies.push(this.painted.at - at);
    this.sent = this.sent.filter((change) => !shown(change));
  }

  /** A refused setting will not be painted. */
  refused() {
    this.sent = this.sent.filter((change) => change.revision !== null);
  }
}
