// Follows the pixels of the screen that an element covers: a window that moves to a finer screen, or is zoomed, needs its canvases anew though
// nothing of the page has another size.

// Not every change of the ratio comes with an event: that of a device emulator comes with none, in any interface of Chromium.
const LOOK = 500;

/**
 * Pixels of the screen for each pixel of an element: of a page that is enlarged, as for a projector, there are more.
 * @param {Element} element
 */
export const pixelRatio = (element) => (window.devicePixelRatio || 1) * (/** @type {any} */ (element).currentCSSZoom ?? 1);

/**
 * Calls back when an element covers other pixels of the screen than before; returns what ends that.
 * @param {Element} element
 * @param {() => void} callback
 * @returns {() => void}
 */
export function onPixelsChange(element, callback) {
  let ratio = globalThis.devicePixelRatio;
  const changed = () => {
    ratio = globalThis.devicePixelRatio;
    callback();
  };
  const observer = new ResizeObserver(changed);
  try {
    observer.observe(element, { box: "device-pixel-content-box" });
  } catch {
    // Not every browser counts the pixels of the screen.
    observer.observe(element);
  }
  const timer = setInterval(() => ratio !== globalThis.devicePixelRatio && changed(), LOOK);
  return () => {
    observer.disconnect();
    clearInterval(timer);
  };
}
