// Keys beside figures: lines of a mark and what it means.

import { element } from "../lib/elements.js";

/** A mark is a glyph, or the name of a bar's colour. */
function signOf(mark) {
  if (mark.length > 1) return element("span", `swatch swatch-${mark}`, "");
  return element("span", mark === "◆" ? "mark mark-truth" : "mark", mark);
}

/** Writes a key where it changed. `lines` are lists of [mark, text, and what it means if that needs words]. */
export function writeKey(root, lines) {
  const written = JSON.stringify(lines);
  if (root.dataset.written === written) return;
  root.dataset.written = written;
  root.replaceChildren(...lines.map((entries) => {
    const line = element("span", "key-line", "");
    line.append(...entries.map(([mark, text, title]) => {
      const entry = Object.assign(element("span", "", ""), title ? { title } : {});
      entry.append(signOf(mark), text);
      return entry;
    }));
    return line;
  }));
}
