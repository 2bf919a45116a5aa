// Everything that a component has begun and must give back: listeners, observers, timers, subscriptions.

export class Lifetime {
  constructor() {
    /** @type {(() => void)[]} */
    this.endings = [];
  }

  /**
   * Runs when the lifetime ends.
   * @param {() => void} ending
   */
  add(ending) {
    this.endings.push(ending);
  }

  /**
   * @param {EventTarget} target
   * @param {string} type
   * @param {(event: any) => void} listener
   */
  listen(target, type, listener) {
    target.addEventListener(type, listener);
    this.add(() => target.removeEventListener(type, listener));
  }

  /**
   * @param {{observe: (target: Element) => void, disconnect: () => void}} observer
   * @param {Element} target
   */
  observe(observer, target) {
    observer.observe(target);
    this.add(() => observer.disconnect());
  }

  /** Gives everything back, the newest first. A second call does nothing. */
  end() {
    for (const ending of this.endings.splice(0).reverse()) ending();
  }
}
