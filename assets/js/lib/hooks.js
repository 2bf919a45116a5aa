// Listeners by the name of what they listen for.

export class Hooks {
  constructor() {
    /** @type {Map<string, Set<Function>>} */
    this.all = new Map();
  }

  /**
   * @param {string} name
   * @param {Function} listener
   * @returns {() => void} ends it
   */
  add(name, listener) {
    if (!this.all.has(name)) this.all.set(name, new Set());
    this.all.get(name)?.add(listener);
    return () => this.all.get(name)?.delete(listener);
  }

  /** @param {string} name */
  has(name) {
    return (this.all.get(name)?.size ?? 0) > 0;
  }

  /** @param {string} name @param {...any} values */
  call(name, ...values) {
    for (const listener of this.all.get(name) ?? []) listener(...values);
  }

  clear() {
    this.all.clear();
  }
}
