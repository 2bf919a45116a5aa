// Follows the screen's pixels: a window that moves to another screen, or is zoomed, needs its canvases anew.

/**
 * Calls back whenever devicePixelRatio changes; returns what ends that.
 * @param {() => void} callback
 * @returns {() => void}
 */
export function onPixelRatioChange(callback) {
  /** @type {MediaQueryList | undefined} */
  let query;
  // A media query names one ratio, so each change needs the next query.
  const changed = () => {
    follow();
    callback();
  };
  const stop = () => query?.removeEventListener("change", changed);
  const follow = () => {
    stop();
    query = globalThis.matchMedia?.(`(resolution: ${globalThis.devicePixelRatio || 1}dppx)`);
    query?.addEventListener("change", changed);
  };
  follow();
  return stop;
}
