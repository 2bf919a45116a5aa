// The weights as a heatmap: one column per level on the genealogy's axis, one row per slot, a cell per particle. Of a tree the visits: a node
// covers the rows of all its leaves.

import { axisOf, inPlot } from "./axis.js";
import { label, sayInMiddle, strokeMany } from "./pen.js";
import { WHOLE } from "./window.js";
import { ancestry, descendants, lastStep, thinned } from "../frame/lineage.js";
import { rowsOf } from "../frame/tree.js";

const TOP = 2;
const BOTTOM = 4;
const RAMP = {
  light: ["#f3f6fa", "#d6e4f2", "#a8cbe6", "#6aa6d4", "#2f7cb8", "#0f4f86", "#08264a"],
  dark: ["#161b22", "#1b2c40", "#1f4264", "#2a6496", "#4a92c8", "#8cc4ea", "#e4f3ff"],
};

export function geometry({ width, height }, frame, window = WHOLE) {
  const { slots, slot } = frame;
  const axis = axisOf(width, frame, window);
  const pitch = (height - TOP - BOTTOM) / slots;
  const rows = frame.tree ? rowsOf(frame) : { first: (node) => slot[node], count: () => 1, at: (level, row) => frame.nearest(level, row) };
  return {
    axis,
    pitch,
    y: (node) => TOP + rows.first(node) * pitch,
    rise: (node) => rows.count(node) * pitch,
    pick: (x, y) => (x < axis.left - 4 || frame.over ? null : frame.particleAt(rows.at(axis.levelAt(x), Math.floor((y - TOP) / pitch)))),
  };
}

/** @param {() => HTMLCanvasElement} scratch a canvas to prepare the cells on */
export function draw(context, size, frame, { pinned, window }, theme, scratch) {
  if (frame.over) return sayInMiddle(context, size, "no plan", theme);
  const { axis } = geometry(size, frame, window);
  const high = size.height - TOP - BOTTOM;
  const rows = Math.max(Math.floor(high), 1);
  inPlot(context, axis, size.height, () => {
    context.imageSmoothingEnabled = false;
    const [left, column] = axis.band(0);
    context.drawImage(picture(scratch(), frame, rows, theme), left, TOP, column * frame.levels, high);
    if (pinned?.tree === frame.tree) drawPinned(context, axis, pinned, picture(scratch(), pinned, rows, theme), frame.levels, high, theme);
  });
  drawScale(context, axis, size, frame, theme);
}

/** The left third of each column shows the plan that is pinned; a line on either side says where it ends. */
function drawPinned(context, { band }, pinned, image, levels, high, theme) {
  context.fillStyle = theme.muted;
  for (let level = 0; level < Math.min(pinned.levels, levels); level++) {
    const [left, column] = band(level);
    context.drawImage(image, level, 0, 1, image.height, left, TOP, column / 3, high);
    context.fillRect(left + column / 3 - 0.5, TOP, 1, high);
  }
}

/** The cells as an image of one pixel each; where rows outnumber pixels one shows its heaviest particle. */
function picture(pixels, { levels, shades }, height, theme) {
  const from = shades.length / levels;
  const rows = Math.min(from, height);
  if (pixels.width !== levels || pixels.height !== rows) Object.assign(pixels, { width: levels, height: rows });
  const context = pixels.getContext("2d");
  const image = context.createImageData(levels, rows);
  const cells = new Uint32Array(image.data.buffer);
  const table = colours(theme);
  for (let level = 0; level < levels; level++) {
    for (let row = 0; row < rows; row++) cells[row * levels + level] = table[darkest(shades, level * from, from, row, rows)];
  }
  context.putImageData(image, 0, 0);
  return pixels;
}

/** The largest of the shades of a column that share a row. */
function darkest(shades, start, from, row, rows) {
  let most = 0;
  const end = start + Math.ceil(((row + 1) * from) / rows);
  for (let at = start + Math.ceil((row * from) / rows); at < end; at++) if (shades[at] > most) most = shades[at];
  return most;
}

/** 256 colours as the integers an image buffer holds. */
function colours(theme) {
  const stops = RAMP[theme.dark ? "dark" : "light"].map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return Uint32Array.from({ length: 256 }, (_, index) => {
    const at = (index / 255) * (stops.length - 1);
    const [low, high] = [stops[Math.floor(at)], stops[Math.ceil(at)]];
    const [red, green, blue] = low.map((value, part) => Math.round(value + (high[part] - value) * (at % 1)));
    return (255 << 24) | (blue << 16) | (green << 8) | red;
  });
}

function drawScale(context, { narrow }, { height }, { tree, total }, theme) {
  const [width, x, y] = [narrow ? 50 : 80, 4, Math.round(height / 2) - 4];
  const ramp = context.createLinearGradient(x, 0, x + width, 0);
  const stops = RAMP[theme.dark ? "dark" : "light"];
  stops.forEach((colour, index) => ramp.addColorStop(index / (stops.length - 1), colour));
  context.fillStyle = ramp;
  context.fillRect(x, y, width, 8);
  const style = { colour: theme.muted, font: theme.font };
  const [name, low, high] = tree ? ["visits", "1", `${total}`] : [narrow ? "weight" : "weight × N", "1/16", "16"];
  label(context, name, x, y - 6, style);
  label(context, low, x, y + 20, style);
  if (!narrow && !tree) label(context, "1", x + width / 2, y + 20, { ...style, align: "center" });
  label(context, high, x + width, y + 20, { ...style, align: "right" });
}

export function overlay(context, size, frame, view, theme) {
  if (frame.over) return;
  const place = geometry(size, frame, view.window);
  inPlot(context, place.axis, size.height, () => drawOver(context, place, size, frame, view, theme));
}

function drawOver(context, place, size, frame, view, theme) {
  const [x, width] = place.axis.band(view.level);
  context.strokeStyle = theme.ink;
  context.lineWidth = 1;
  context.strokeRect(Math.round(x) + 0.5, 0.5, Math.round(width), size.height - 1);
  const own = view.particle ? frame.find(view.particle) : -1;
  if (own < 0) return;
  const last = lastStep(frame, view.particle);
  const cell = (node) => {
    const [left, column] = place.axis.band(frame.level[node]);
    context.rect(left + 0.5, place.y(node), column - 1, Math.max(place.rise(node), 2));
  };
  const outline = (nodes, colour, lineWidth, alpha) => {
    Object.assign(context, { strokeStyle: colour, lineWidth, globalAlpha: alpha });
    strokeMany(context, 0, nodes.length, (_, index) => cell(nodes[index]) === undefined);
  };
  outline(thinned(descendants(frame, last), 1500), theme.hues[1], 0.8, 0.5);
  outline([own, ...ancestry(frame, last)], theme.hues[1], 1.6, 1);
  context.globalAlpha = 1;
}
