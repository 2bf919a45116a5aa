// Gestures on a picture that can be magnified: the wheel and two fingers zoom, a drag moves, a drag with shift draws a box. A click stays a click.

// A pointer that moves by less, in pixels, has clicked.
const STILL = 4;
// One turn of a wheel may say 120, a pinch of a touchpad 2.
const MOST_TURN = 50;
const PER_TURN = 0.008;
const LINE = 16;

/**
 * @typedef {object} GestureHooks
 * @property {() => {left: number, top: number, width: number, height: number} | null} plot the part of the element that is magnified; null where there is nothing yet
 * @property {() => boolean} movable true where a drag moves
 * @property {(point: {x: number, y: number}, times: number) => boolean} zoom around a point, in parts of the plot; false where that changes nothing
 * @property {(across: number, down: number) => void} move by parts of the plot
 * @property {(from: {x: number, y: number}, to: {x: number, y: number}, done: boolean) => void} box
 */

/** Magnification of one turn of the wheel. */
export function timesOf({ deltaY, deltaMode }) {
  const turned = deltaMode === 1 ? deltaY * LINE : deltaY;
  return Math.exp(-Math.min(Math.max(turned, -MOST_TURN), MOST_TURN) * PER_TURN);
}

/**
 * True where something around an element can be scrolled down or up: the wheel belongs to that.
 * @param {Element} element
 */
export function scrolls(element) {
  const root = document.scrollingElement;
  if (root && root.scrollHeight > root.clientHeight + 1) return true;
  for (let at = element.parentElement; at && at !== root && at !== document.body; at = at.parentElement) {
    if (at.scrollHeight > at.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(at).overflowY)) return true;
  }
  return false;
}

/**
 * Follows gestures until the lifetime ends.
 * @param {HTMLElement} element
 * @param {GestureHooks} hooks
 * @param {import("../lib/lifetime.js").Lifetime} lifetime
 * @returns {{busy: () => boolean}} `busy` while a gesture goes on, and for the click that ends it
 */
export function followGestures(element, hooks, lifetime) {
  /** @type {Map<number, {x: number, y: number}>} */
  const pointers = new Map();
  /** @type {{kind: "move" | "box" | "pinch" | "none", from: {x: number, y: number}, begun: boolean, apart: number}} */
  let gesture = { kind: "none", from: { x: 0, y: 0 }, begun: false, apart: 0 };
  let spent = false;

  const pixels = ({ clientX, clientY }) => {
    const { left, top, width } = element.getBoundingClientRect();
    // The window's pixels for each of the element's, which a page that is enlarged makes larger.
    const ratio = width / element.clientWidth || 1;
    return { x: (clientX - left) / ratio, y: (clientY - top) / ratio };
  };
  const part = ({ x, y }) => {
    const plot = hooks.plot();
    return plot ? { x: (x - plot.left) / plot.width, y: (y - plot.top) / plot.height } : { x: 0.5, y: 0.5 };
  };
  const middle = () => {
    const all = [...pointers.values()];
    const sum = all.reduce((total, { x, y }) => ({ x: total.x + x, y: total.y + y }), { x: 0, y: 0 });
    return { x: sum.x / all.length, y: sum.y / all.length };
  };
  const apart = () => {
    const [a, b] = [...pointers.values()];
    return Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1);
  };
  const begin = (kind, from) => (gesture = { kind, from, begun: false, apart: kind === "pinch" ? apart() : 0 });

  lifetime.listen(element, "pointerdown", (event) => {
    spent = false;
    if (event.button !== 0 || !hooks.plot()) return;
    pointers.set(event.pointerId, pixels(event));
    if (pointers.size === 2) begin("pinch", middle());
    else if (pointers.size === 1) begin(event.shiftKey ? "box" : hooks.movable() ? "move" : "none", pixels(event));
    // A drag with shift would select text.
    if (event.shiftKey) event.preventDefault();
  });

  lifetime.listen(element, "pointermove", (event) => {
    if (!pointers.has(event.pointerId)) return;
    pointers.set(event.pointerId, pixels(event));
    const { kind, from } = gesture;
    if (kind === "none") return;
    const at = middle();
    if (!gesture.begun && kind !== "pinch" && Math.hypot(at.x - from.x, at.y - from.y) < STILL) return;
    if (!gesture.begun) for (const id of pointers.keys()) capture(element, id);
    gesture.begun = true;
    if (kind === "box") return hooks.box(part(from), part(at), false);
    const [before, now] = [part(from), part(at)];
    hooks.move(before.x - now.x, before.y - now.y);
    gesture.from = at;
    if (kind !== "pinch") return;
    hooks.zoom(now, apart() / gesture.apart);
    gesture.apart = apart();
  });

  const end = (event) => {
    if (!pointers.has(event.pointerId)) return;
    const { kind, from, begun } = gesture;
    if (kind === "box" && begun) hooks.box(part(from), part(pixels(event)), true);
    pointers.delete(event.pointerId);
    spent ||= begun;
    // Of two fingers the one that stays goes on moving the picture.
    if (pointers.size === 1) begin(hooks.movable() ? "move" : "none", middle());
    else gesture = { ...gesture, kind: "none", begun: false };
  };
  lifetime.listen(element, "pointerup", end);
  lifetime.listen(element, "pointercancel", end);

  lifetime.listen(element, "wheel", (event) => {
    const held = event.ctrlKey || event.metaKey;
    if (!hooks.plot() || (!held && scrolls(element))) return;
    const changed = hooks.zoom(part(pixels(event)), timesOf(event));
    // With ctrl the browser would magnify the page.
    if (changed || held) event.preventDefault();
  });

  return { busy: () => gesture.begun || spent };
}

/** Follows a pointer beyond the element. One that is gone already cannot be followed. */
function capture(element, id) {
  try {
    element.setPointerCapture(id);
  } catch {
    // It ends by itself.
  }
}
