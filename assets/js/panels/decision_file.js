// The root decision as a file: its key and its picture as one SVG, from the same nodes as the panel.

import { escaped, svgFile, tag } from "../lib/xml.js";
import { decisionKey, decisionLayout, decisionPicture, signNode } from "./decision.js";
import { node, text, textWidth } from "./shapes.js";

const KEY = { size: 11, line: 16, left: 10, top: 4, sign: 10, gap: 4, apart: 11 };

/**
 * The file.
 * @param {any} frame
 * @param {import("../lib/palette.js").Theme} theme
 * @param {{width?: number, axes: any, view?: string, rows?: any}} panel as `openDecision` made it and `renderDecision` wrote it
 * @param {any} action index of the one singled out, or null
 * @param {{title: string, description: string, paper: string}} about
 */
export function decisionFile(frame, theme, { width = 0, axes, view = "bars", rows = null }, action, about) {
  const layout = decisionLayout(frame, width, { view, rows });
  const { nodes, height } = keyNodes(decisionKey(frame, null, view), theme, layout.width);
  const picture = node("g", { transform: `translate(0 ${height})` }, ...decisionPicture(frame, theme, layout, axes, action));
  const inner = [...nodes, picture].map(written).join("\n");
  const attributes = { "font-family": theme.family, style: "font-variant-numeric:tabular-nums" };
  return svgFile({ width: layout.width, height: height + layout.height }, { ...about, attributes }, inner);
}

/** The key in as many lines as it takes; pure. */
export function keyNodes(lines, theme, width) {
  const nodes = [];
  let y = KEY.top;
  for (const entries of lines) {
    let x = KEY.left;
    for (const [mark, words] of entries) {
      const wide = KEY.sign + KEY.gap + textWidth(words, KEY.size);
      if (x > KEY.left && x + wide > width - KEY.left) [x, y] = [KEY.left, y + KEY.line];
      nodes.push(node("g", { transform: `translate(${Math.round(x)} ${y + 3})` }, signNode(mark, theme)));
      nodes.push(text(x + KEY.sign + KEY.gap, y + 12, words, { fill: theme.muted, "font-size": KEY.size }));
      x += wide + KEY.apart;
    }
    y += KEY.line;
  }
  return { nodes, height: y + 2 };
}

/** A node and those in it, as XML. */
export function written({ tag: name, attributes, children }) {
  return tag(name, attributes, children.map((child) => (typeof child === "string" ? escaped(child) : written(child))).join(""));
}
