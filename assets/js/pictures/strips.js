// Curves over the levels, on the genealogy's axis: the strips that are open.

import { axisOf, drawCursor, inPlot } from "./axis.js";
import { fitting, label, sayInMiddle } from "./pen.js";
import { kindOf, stripRows } from "../frame/level_series.js";
import { domainOf, steadyOf } from "../frame/steady.js";
import { alike, number } from "../lib/format.js";

const GAP = 7;
const PAD = 4;
// Below this height a row has no room for the ends of its axis.
const ROOMY = 26;
// Places along a row that its key may have, and the distance in pixels at which its lines are looked at.
const PLACES = 7;
const NEAR = 6;

/** Stroke of each line style. Lines of one strip differ in dashes as well as in colour. */
const STYLES = {
  main: (theme) => ({ colour: theme.accent, width: 1.6, dash: [] }),
  thin: (theme) => ({ colour: theme.accent, width: 0.8, dash: [] }),
  second: (theme) => ({ colour: theme.hues[1], width: 1.3, dash: [5, 2] }),
  bound: (theme) => ({ colour: theme.hues[1], width: 1.2, dash: [4, 3] }),
  truth: (theme) => ({ colour: theme.ink, width: 1.4, dash: [3, 2.5] }),
  threshold: (theme) => ({ colour: theme.muted, width: 1.2, dash: [4, 3] }),
  pinned: (theme) => ({ colour: theme.muted, width: 3.5, dash: [], opacity: 0.45 }),
  grey: (theme) => ({ colour: theme.faint, width: 1.4, dash: [] }),
  part0: (theme) => ({ colour: theme.hues[3], width: 1.6, dash: [] }),
  part1: (theme) => ({ colour: theme.hues[4], width: 1.6, dash: [6, 2] }),
  part2: (theme) => ({ colour: theme.hues[5], width: 1.6, dash: [2, 2] }),
};

/** Top and bottom of row `index`, and the height of a value in it; pure. */
export function rowGeometry({ height }, rows, index) {
  const pitch = (height - GAP) / rows.length;
  const top = GAP / 2 + index * pitch;
  const [high, low] = [top + PAD, top + pitch - PAD];
  const { domain: [from, to], log } = rows[index];
  const scale = log ? Math.log : Number;
  const share = (value) => (scale(Math.max(value, from)) - scale(from)) / (scale(to) - scale(from));
  return { top, bottom: top + pitch, y: (value) => low - Math.min(Math.max(share(value), 0), 1) * (low - high) };
}

/** The rows that are open, with axes that hold still, and the line of the plan that is pinned where that has one. */
export function openRows(frame, { strips, pinned, alongside }) {
  const open = strips[kindOf(frame)];
  const { domains } = steadyOf(frame, open);
  const rowsOf = (other) => (other && kindOf(other) === kindOf(frame) ? stripRows(other, strips).filter(({ empty }) => !empty) : []);
  const [behind, beside] = [rowsOf(pinned), rowsOf(alongside)];
  return stripRows(frame, strips).map((row) => {
    const same = (rows) => rows.find(({ id }) => id === row.id);
    const [ghost, other] = [same(behind), same(beside)];
    let domain = domainOf(domains, row);
    if (ghost) domain = withRoom(domain, row, ghost.domain);
    // Both microscopes have the same axis: that of either, as it holds still there.
    if (other) domain = withRoom(domain, row, domainOf(steadyOf(alongside, open).domains, other));
    return { ...row, domain, ghost: ghost ? ghost.lines[0].values.slice(0, frame.levels) : null };
  });
}

/** An axis that follows values has room for those of the pinned plan too. */
const withRoom = (/** @type {number[]} */ [from, to], { round }, /** @type {number[]} */ [low, high]) => (round ? [Math.min(from, low), Math.max(to, high)] : [from, to]);

export function draw(context, size, frame, view, theme) {
  if (frame.over) return sayInMiddle(context, size, "no plan", theme);
  const axis = axisOf(size.width, frame, view.window);
  const rows = openRows(frame, view);
  rows.forEach((row, index) => drawRow(context, axis, rowGeometry(size, rows, index), row, theme));
}

function drawRow(context, axis, place, row, theme) {
  const { top, bottom, y } = place;
  if (row.empty) return sayInRow(context, axis, place, row.empty, theme);
  const [from, to] = row.domain;
  context.fillStyle = theme.grid;
  context.globalAlpha = 0.6;
  context.fillRect(axis.left, Math.round(y(from < 0 && to > 0 ? 0 : from)), axis.right - axis.left, 1);
  context.globalAlpha = 1;
  if (bottom - top >= ROOMY && !axis.narrow) drawEnds(context, axis, y, row, theme);
  // Under the curves, of which it hides nothing.
  if (row.key && !row.grey && bottom - top >= 18) drawKey(context, axis, place, row, theme);
  inPlot(context, axis, bottom, () => drawCurves(context, axis, y, row, theme));
  if (row.grey) sayInRow(context, axis, place, row.grey, theme);
}

function drawCurves(context, axis, y, row, theme) {
  for (const band of row.bands ?? []) fillBand(context, axis, y, band, STYLES[band.style](theme));
  if (row.bars) drawBars(context, axis, y, row.bars, theme);
  if (Number.isFinite(row.threshold)) stroke(context, axis, y, { values: row.lines[0].values.map(() => row.threshold), style: "threshold" }, theme);
  if (row.ghost) stroke(context, axis, y, { values: row.ghost, style: "pinned", step: row.lines[0].step }, theme);
  // Bounds and truths lie on top: where they are met, the row's own line lies right under them.
  for (const line of row.lines) stroke(context, axis, y, line, theme);
}

/** Text across a row, on a ground that keeps it apart from what is drawn. */
function sayInRow(context, axis, { top, bottom }, text, theme) {
  const [x, y] = [(axis.left + axis.right) / 2, (top + bottom) / 2];
  context.font = theme.font;
  const width = context.measureText(text).width + 12;
  context.fillStyle = theme.paper;
  context.globalAlpha = 0.85;
  context.fillRect(x - width / 2, y - 8, width, 16);
  context.globalAlpha = 1;
  label(context, text, x, y, { colour: theme.muted, font: theme.font, align: "center", baseline: "middle" });
}

const endsOf = ({ domain: [from, to] }) => alike([to, from]);

function drawEnds(context, axis, y, row, theme) {
  const style = { colour: theme.muted, font: theme.font, align: "right", baseline: "middle" };
  const [high, low] = endsOf(row);
  label(context, high, axis.left - 6, y(row.domain[1]) + 4, style);
  // Several numbers need the room of the lower end.
  if (!row.readAll) label(context, low, axis.left - 6, y(row.domain[0]) - 3, style);
}

/**
 * The place in a row where a box of some width lies over least of its lines; pure. Of equal ones the one further to the left: the level of the cursor,
 * whose values have a dot, is mostly the last one.
 */
export function freePlace(axis, { top, bottom, y }, { lines, threshold }, width) {
  const pixels = Array.from({ length: Math.ceil((axis.right - axis.left) / NEAR) }, (_, index) => axis.left + index * NEAR);
  const heights = lines.map((line) => heightsAt(axis, y, line, pixels));
  if (Number.isFinite(threshold)) heights.push(pixels.map(() => y(threshold)));
  /** @param {number[]} place */
  const hidden = ([x, middle]) => {
    let sum = 0;
    pixels.forEach((at, index) => {
      if (at < x - NEAR || at > x + width + NEAR) return;
      for (const line of heights) if (Math.abs(line[index] - middle) < 9) sum++;
    });
    return sum;
  };
  const [from, to] = [axis.left + 4, axis.right - width];
  const places = Array.from({ length: PLACES }, (_, index) => from + (index / (PLACES - 1)) * (to - from)).flatMap((x) => [[x, top + 8], [x, bottom - 8], [x, (top + bottom) / 2]]);
  const counts = places.map(hidden);
  return places[counts.indexOf(Math.min(...counts))];
}

/** Heights of a line at pixels of the axis, between its levels too; NaN where it has no value. */
function heightsAt(axis, y, { values, step }, pixels) {
  const known = values.flatMap((value, level) => (value === null ? [] : [{ x: axis.x(level), y: y(value) }]));
  let next = 0;
  return pixels.map((at) => {
    while (next < known.length && known[next].x < at) next++;
    const [before, after] = [known[next - 1], known[next]];
    if (!after) return NaN;
    if (!before) return after.x - at < NEAR ? after.y : NaN;
    return step ? before.y : before.y + ((at - before.x) / (after.x - before.x)) * (after.y - before.y);
  });
}

/** Names of the lines, if there is room. */
function drawKey(context, axis, place, row, theme) {
  const { lines } = row;
  context.font = theme.font;
  const widths = lines.map(({ name }) => context.measureText(name).width + 28);
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total > (axis.right - axis.left) * 0.7) return;
  let [x, y] = freePlace(axis, place, row, total);
  lines.forEach((line, index) => {
    pen(context, STYLES[line.style](theme));
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + 16, y);
    context.stroke();
    context.setLineDash([]);
    label(context, line.name, x + 19, y, { colour: theme.muted, font: theme.font, baseline: "middle" });
    x += widths[index];
  });
}

function pen(context, { colour, width, dash }) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
}

/** @type {(context: any, axis: any, y: any, line: {values: any[], style: string, step?: boolean}, theme: any) => void} */
function stroke(context, axis, y, { values, style, step }, theme) {
  const { opacity = 1, ...own } = STYLES[style](theme);
  pen(context, own);
  context.globalAlpha = opacity;
  context.beginPath();
  let before = null;
  values.forEach((value, level) => {
    if (value !== null && before === null) context.moveTo(axis.x(level), y(value));
    else if (value !== null) {
      if (step) context.lineTo(axis.x(level), y(before));
      context.lineTo(axis.x(level), y(value));
    }
    before = value;
  });
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** The change at each level, as a bar from zero. */
function drawBars(context, axis, y, bars, theme) {
  const width = Math.max(axis.column * 0.4, 1.5);
  context.fillStyle = theme.faint;
  bars.forEach((value, level) => {
    if (value) context.fillRect(axis.x(level) - width / 2, Math.min(y(0), y(value)), width, Math.abs(y(value) - y(0)));
  });
}

function fillBand(context, axis, y, { low, high }, { colour }) {
  const levels = low.map((_, level) => level).filter((level) => low[level] !== null);
  context.fillStyle = colour;
  context.globalAlpha = 0.16;
  context.beginPath();
  for (const level of levels) context.lineTo(axis.x(level), y(high[level]));
  for (const level of levels.reverse()) context.lineTo(axis.x(level), y(low[level]));
  context.fill();
  context.globalAlpha = 1;
}

/** Values of a row at a level: that of its main line, or of all lines. */
export function readout(row, level, brief = false) {
  const said = ({ values }, index) => (values[level] === null && row.missing && !index ? row.missing[level] : number(values[level], row.readAll ? 2 : 3));
  const read = row.readAll && !brief ? row.lines : row.lines.slice(0, row.lines[1]?.style === "thin" && !brief ? 2 : 1);
  return read.every(({ values }) => values[level] === null) ? said(read[0], 0) : read.map(said).join(" · ");
}

/** All rows in words, for who cannot see them. */
export const describe = (frame, { level, strips }) => stripRows(frame, strips).map((row) => `${row.name} ${row.empty || row.grey || readout(row, level)}`).join("; ");

export function overlay(context, size, frame, view, theme) {
  if (frame.over) return;
  const { level } = view;
  const axis = axisOf(size.width, frame, view.window);
  const rows = openRows(frame, view);
  drawCursor(context, axis, level, size.height, theme);
  rows.forEach((row, index) => {
    const { top, bottom, y } = rowGeometry(size, rows, index);
    const middle = (top + bottom) / 2;
    const quiet = row.grey || row.empty;
    label(context, nameOf(context, axis, row, bottom - top, theme), 4, middle - 3, { colour: theme.muted, font: theme.font });
    if (!quiet) drawReadout(context, axis, row, level, { y: middle + 10, high: bottom - top }, theme);
    const value = row.lines[0].values[level];
    if (value === null || quiet || !axis.shows(level)) return;
    context.fillStyle = STYLES[row.lines[0].style](theme).colour;
    context.beginPath();
    context.arc(axis.x(level), y(value), 3, 0, 2 * Math.PI);
    context.fill();
  });
}

/** Room in the gutter beside the ends of the axis. */
function roomBeside(context, axis, row, height, theme) {
  context.font = theme.font;
  const ends = height >= ROOMY && !row.empty && !axis.narrow ? Math.max(...endsOf(row).map((text) => context.measureText(text).width)) + 6 : 0;
  return axis.left - ends - 8;
}

/** The long name where it fits. */
function nameOf(context, axis, row, height, theme) {
  const room = roomBeside(context, axis, row, height, theme);
  return !axis.narrow && context.measureText(row.name).width + 4 <= room ? row.name : row.short;
}

/** As many of the values as there is room for: several have that of the lower end too. */
function drawReadout(context, axis, row, level, { y, high }, theme) {
  const room = row.readAll ? axis.left - 8 : roomBeside(context, axis, row, high, theme);
  const style = { colour: theme.ink, font: `600 ${theme.font}` };
  context.font = style.font;
  label(context, fitting(context, [readout(row, level, axis.narrow), readout(row, level, true)], room), 4, y, style);
}

/** A strip is about levels, not particles. */
export function pick(size, frame, x, _, view) {
  const axis = axisOf(size.width, frame, view?.window);
  return x < axis.left - 4 ? null : { level: axis.levelAt(x) };
}
