// Work that follows something faster than itself.

/**
 * Calls `work` soon, and then not again before `pause()` ms have passed; the last call is never lost.
 * @param {() => number} pause
 * @param {() => void} work
 * @returns {(() => void) & {cancel: () => void}}
 */
export function atMost(pause, work) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let last = -Infinity;
  const ask = () => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      last = performance.now();
      work();
    }, Math.max(last + pause() - performance.now(), 0));
  };
  const cancel = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return Object.assign(ask, { cancel });
}
