// The lines of the time line, small multiples over the steps of the episode.

import { LINES, pieces, stepAxis, valueEnds } from "../frame/timeline.js";

const GAP = 3;
const DASH = [3, 2];
const AHEAD = 0.45;

/** Top, bottom and the height of a value in row `index`; pure. */
export function lineGeometry({ height }, index, [low, high]) {
  const pitch = height / LINES.length;
  const [top, bottom] = [index * pitch + GAP / 2, (index + 1) * pitch - GAP / 2];
  return { top, bottom, y: (value) => bottom - ((value - low) / (high - low || 1)) * (bottom - top) };
}

/**
 * @param {any} context
 * @param {{width: number, height: number}} size
 * @param {import("../frame/timeline.js").Known} known
 * @param {import("../lib/palette.js").Theme} theme
 */
export function draw(context, size, known, theme) {
  const axis = stepAxis(size.width, known);
  LINES.forEach((line, index) => {
    const ends = valueEnds(known, line);
    const { bottom, y } = lineGeometry(size, index, ends);
    context.globalAlpha = 1;
    context.fillStyle = theme.grid;
    context.fillRect(0, Math.round(ends[0] < 0 && ends[1] > 0 ? y(0) : bottom), size.width, 1);
    line.lines.forEach((name, order) => {
      context.strokeStyle = order ? theme.hues[1] : theme.accent;
      context.lineWidth = order ? 1 : 1.3;
      context.setLineDash(order ? DASH : []);
      for (const piece of pieces(known, name)) drawPiece(context, axis, y, piece, context.strokeStyle);
    });
    context.setLineDash([]);
    if (line.id === "disagreement") drawTicks(context, axis, bottom, known, theme);
  });
  context.globalAlpha = 1;
}

function drawPiece(context, axis, y, { ahead, points }, colour) {
  context.globalAlpha = ahead ? AHEAD : 1;
  context.beginPath();
  points.forEach(([step, value], index) => (index ? context.lineTo(axis.x(step), y(value)) : context.moveTo(axis.x(step), y(value))));
  context.stroke();
  if (points.length > 1) return;
  // A line of one point would not be seen.
  context.fillStyle = colour;
  context.beginPath();
  context.arc(axis.x(points[0][0]), y(points[0][1]), 1.4, 0, 2 * Math.PI);
  context.fill();
}

/** The steps at which the plan takes another action than the prior would. */
function drawTicks(context, axis, bottom, { rows, ahead_from: from }, theme) {
  context.fillStyle = theme.hues[1];
  for (const [step, row] of rows) {
    if (!row.differs) continue;
    context.globalAlpha = from !== null && step >= from ? AHEAD : 1;
    context.fillRect(axis.x(step) - 0.5, bottom - 3, 1, 3);
  }
}

/** The step that is shown, and the one pointed at. */
export function overlay(context, size, known, { step, pointed }, theme) {
  const axis = stepAxis(size.width, known);
  const at = (place, width, colour) => {
    context.fillStyle = colour;
    context.fillRect(axis.x(place) - width / 2, 0, width, size.height);
  };
  if (step >= known.first && step <= known.last) {
    at(step, 7, theme.cursor);
    at(step, 1, theme.accent);
  }
  if (pointed !== null) at(pointed, 1, theme.muted);
}

