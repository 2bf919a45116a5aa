// Draws a scene: the picture of an environment's state, as primitives in world coordinates with y upwards.

import { traceMarker } from "../lib/markers.js";
import { label } from "./pen.js";

/** Fill and stroke of each role, as names of theme colours. */
const ROLES = {
  ground: ["faint", "muted"], limit: ["faint", "muted"], body: ["body", "ink"], accent: ["wood", "wood"], joint: ["ink", "ink"],
  goal: ["goal", "goal"], hazard: ["hazard", "hazard"], cell: ["paper", "grid"],
};
export const OWN = {
  light: { body: "#c6ced9", wood: "#8a6a43", goal: "#a9dcc4", hazard: "#e39a78", star: "#125a40", hatch: "#7d2f0d" },
  dark: { body: "#3a4552", wood: "#c9a97c", goal: "#1c4538", hazard: "#b0552f", star: "#8fe0bf", hatch: "#2a0f04" },
};
// Pixels between the lines of a hatching.
const HATCHING = 5;

/**
 * World to screen: the focus fits whole, and the room that is left over shows more of the world. One direction may be magnified up to
 * `stretch` times more than the other; with 1, circles stay round. `x` and `y` go from the world to the screen, `world` back.
 */
export function camera({ left = 0, top = 0, width, height }, [x0, x1, y0, y1], padding, stretch = 1) {
  const fit = [(width - 2 * padding) / (x1 - x0), (height - 2 * padding) / (y1 - y0)];
  const most = Math.min(...fit) * stretch;
  const [scale, rise] = fit.map((own) => Math.min(own, most));
  const [middleX, middleY] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const toX = (x) => left + width / 2 + (x - middleX) * scale;
  const toY = (y) => top + height / 2 - (y - middleY) * rise;
  return {
    scale,
    rise,
    x: toX,
    y: toY,
    world: (x, y) => [middleX + (x - left - width / 2) / scale, middleY - (y - top - height / 2) / rise],
  };
}

export function drawScene(context, { shapes }, view, theme) {
  const colours = { ...theme, ...OWN[theme.dark ? "dark" : "light"] };
  for (const shape of shapes) {
    const [fill, stroke] = (ROLES[shape.role] ?? ROLES.cell).map((name) => colours[name]);
    Object.assign(context, { fillStyle: fill, strokeStyle: stroke, lineWidth: 1, lineCap: "round", lineJoin: "round" });
    DRAW[shape.kind]?.(context, shape, view, theme);
    MARKS[shape.role]?.(context, shape, view, colours);
  }
  context.lineCap = "butt";
}

// A row of the legend: its height, the side of its shape, and the room it needs beside the scene.
export const LEGEND = { row: 16, side: 11, room: 106 };

/**
 * The legend of a scene to the right of what it shows, where there is room for it.
 * @param {CanvasRenderingContext2D} context
 * @param {any} scene
 * @param {ReturnType<typeof camera>} view
 * @param {{right: number, height: number}} room right end of the scene's picture, and its height
 */
export function drawSceneLegend(context, { legend, focus }, view, { right, height }, theme) {
  if (!legend) return;
  const left = view.x(focus[1]) + 12;
  if (right - left < LEGEND.room || legend.length * LEGEND.row > height) return;
  const top = Math.max(view.y(focus[3]), 4);
  legend.forEach(({ shape, text }, index) => {
    const y = top + index * LEGEND.row;
    drawScene(context, { shapes: [shape] }, camera({ left, top: y, width: LEGEND.side, height: LEGEND.side }, [0, 1, 0, 1], 0), theme);
    label(context, text, left + LEGEND.side + 6, y + LEGEND.side / 2, { colour: theme.muted, font: theme.font, baseline: "middle" });
  });
}

/** Signs that tell a goal from a hazard without their colours: a star on what is worth something, hatching on what ends an episode. */
const MARKS = {
  goal(context, { kind, x: left, y: low, w, h }, { scale, rise, x, y }, { star }) {
    const radius = Math.min(w * scale, h * rise) * 0.24;
    if (kind !== "rect" || radius < 2) return;
    context.beginPath();
    traceMarker(context, "star", x(left + w / 2), y(low + h / 2), radius);
    context.fillStyle = star;
    context.fill();
  },
  hazard(context, shape, { scale, rise, x, y }, { hatch }) {
    if (shape.kind === "line") return;
    const [left, top, width, height] = shape.kind === "rect"
      ? [x(shape.x), y(shape.y + shape.h), shape.w * scale, shape.h * rise]
      : [x(shape.x - shape.r), y(shape.y + shape.r), 2 * shape.r * scale, 2 * shape.r * rise];
    context.save();
    context.beginPath();
    if (shape.kind === "rect") context.rect(left, top, width, height);
    else context.ellipse(left + width / 2, top + height / 2, width / 2, height / 2, 0, 0, 2 * Math.PI);
    context.clip();
    context.beginPath();
    for (let at = left - height; at < left + width; at += HATCHING) {
      context.moveTo(at, top + height);
      context.lineTo(at + height, top);
    }
    context.strokeStyle = hatch;
    context.stroke();
    context.restore();
  },
};

/** Height of a capital letter with some air, in pixels. */
const CAPITAL = 9;

const DRAW = {
  line(context, { points, width = 0, role }, { scale, x, y }) {
    // A limit is a boundary, not a thing: a broken line.
    if (role === "limit") context.setLineDash([5, 4]);
    context.lineWidth = Math.max(width * scale, 1);
    context.beginPath();
    for (const [px, py] of points) context.lineTo(x(px), y(py));
    context.stroke();
    context.setLineDash([]);
  },
  rect(context, { x: left, y: low, w, h }, { scale, rise, x, y }) {
    context.beginPath();
    context.rect(x(left), y(low + h), w * scale, h * rise);
    context.fill();
    context.stroke();
  },
  circle(context, { x: cx, y: cy, r }, { scale, rise, x, y }) {
    context.beginPath();
    context.ellipse(x(cx), y(cy), Math.max(r * scale, 1.5), Math.max(r * rise, 1.5), 0, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  },
  // Letters keep their size: where the picture is too small for a text, it is left out. A text has a unit of height.
  text(context, { x: tx, y: ty, w = Infinity, text }, { scale, rise, x, y }, theme) {
    context.font = theme.font;
    if (rise >= CAPITAL && context.measureText(text).width <= w * scale) label(context, text, x(tx), y(ty), { colour: theme.muted, font: theme.font, align: "center", baseline: "middle" });
  },
};
