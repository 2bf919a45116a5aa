// Four curves over the levels, on the genealogy's axis: ESS, unique root ancestors, KL against its bound, temperature; or those of a tree.

import { drawCursor, levelAxis } from "./axis.js";
import { label } from "./canvas.js";
import { spreadAt } from "./frame.js";
import { treeRows } from "./tree.js";
import { NO_TWIST, number } from "./words.js";

const GAP = 7;
const PAD = 4;

/**
 * The rows as data: per level `mean` and perhaps `low`, `high`, `bound` (null where there is nothing), and the values at the bottom and top.
 */
export function stripRows(frame) {
  return frame.once("strips", frame.tree ? treeRows : particleRows);
}

function particleRows(frame) {
  const { ess, slots, levels, unique_branches: unique, living, settings } = frame;
  const essShare = Array.from(ess, (value) => value / slots);
  const threshold = settings.resampling_rule === "ess" ? settings.ess_threshold : null;
  const part = (spreads, name) => Array.from({ length: levels }, (_, level) => spreadAt(spreads, level)?.[name] ?? null);
  const range = (spreads) => ({ mean: part(spreads, "mean"), low: part(spreads, "low"), high: part(spreads, "high") });
  const kl = { ...range(frame.kl), bound: part(frame.kl_bound, "mean") };
  const temperature = range(frame.temperature);
  // An infinite temperature leaves the prior as it is, which says more than an empty strip.
  const missing = Array.from(living, (count) => (count ? "no twist" : "none"));
  const empty = living[0] && temperature.mean.every((value) => value === null) ? NO_TWIST : "";
  return [
    { name: "ESS / N", short: "ESS/N", mean: essShare, domain: [0, 1], threshold },
    { name: "root ancestors", short: "ancestors", mean: Array.from(unique), domain: [1, Math.max(slots, 2)], log: true },
    { name: "KL, nats", short: "KL", ...kl, domain: [0, largest([...kl.high, ...kl.bound]) || 1] },
    { name: "temperature", short: "temp.", ...temperature, domain: decades([...temperature.low, ...temperature.high]), log: true, missing, empty },
  ];
}

const largest = (values) => values.reduce((most, value) => (value > most ? value : most), 0);

/** The powers of ten around some positive values. */
function decades(values) {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  if (!logs.length) return [0.1, 10];
  const low = Math.floor(Math.min(...logs));
  return [10 ** low, 10 ** Math.max(Math.ceil(Math.max(...logs)), low + 1)];
}

/** Where row `index` lies and how a value becomes a height in it; pure. */
export function rowGeometry({ height }, rows, index) {
  const pitch = (height - GAP) / rows.length;
  const top = GAP / 2 + index * pitch;
  const [high, low] = [top + PAD, top + pitch - PAD];
  const { domain: [from, to], log } = rows[index];
  const scale = log ? Math.log : Number;
  const share = (value) => (scale(Math.max(value, from)) - scale(from)) / (scale(to) - scale(from));
  return { top, bottom: top + pitch, y: (value) => low - Math.min(Math.max(share(value), 0), 1) * (low - high) };
}

export function draw(context, size, frame, _view, theme) {
  const axis = levelAxis(size.width, frame.levels);
  const rows = stripRows(frame);
  rows.forEach((row, index) => drawRow(context, axis, rowGeometry(size, rows, index), row, theme));
}

function drawRow(context, axis, { top, bottom, y }, row, theme) {
  if (row.empty) {
    const style = { colour: theme.muted, font: theme.font, align: "center", baseline: "middle" };
    return label(context, row.empty, (axis.left + axis.right) / 2, (top + bottom) / 2, style);
  }
  const [from, to] = row.domain;
  context.fillStyle = theme.grid;
  context.globalAlpha = 0.6;
  context.fillRect(axis.left, Math.round(y(from)), axis.right - axis.left, 1);
  context.globalAlpha = 1;
  const ends = { colour: theme.muted, font: theme.font, align: "right", baseline: "middle" };
  if (bottom - top > 30 && !axis.narrow) {
    label(context, number(to), axis.left - 6, y(to) + 4, ends);
    label(context, number(from), axis.left - 6, y(from) - 3, ends);
  }
  if (row.low) fillBand(context, axis, y, row, theme);
  if (row.threshold !== null && row.threshold !== undefined) dashed(context, theme.muted, () => line(context, axis, y, row.mean.map(() => row.threshold)));
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.6;
  line(context, axis, y, row.mean);
  // On top: where the trust region is used to the full, the mean lies right under it.
  if (row.bound) dashed(context, theme.hues[1], () => line(context, axis, y, row.bound));
}

function dashed(context, colour, stroke) {
  context.strokeStyle = colour;
  context.lineWidth = 1.2;
  context.setLineDash([4, 3]);
  stroke();
  context.setLineDash([]);
}

function line(context, axis, y, values) {
  context.beginPath();
  let drawing = false;
  values.forEach((value, level) => {
    if (value !== null) drawing ? context.lineTo(axis.x(level), y(value)) : context.moveTo(axis.x(level), y(value));
    drawing = value !== null;
  });
  context.stroke();
}

function fillBand(context, axis, y, { low, high }, theme) {
  const levels = low.map((_, level) => level).filter((level) => low[level] !== null);
  context.fillStyle = theme.accent;
  context.globalAlpha = 0.16;
  context.beginPath();
  for (const level of levels) context.lineTo(axis.x(level), y(high[level]));
  for (const level of levels.reverse()) context.lineTo(axis.x(level), y(low[level]));
  context.fill();
  context.globalAlpha = 1;
}

export function overlay(context, size, frame, view, theme) {
  const axis = levelAxis(size.width, frame.levels);
  const rows = stripRows(frame);
  drawCursor(context, axis, view.level, size.height, theme);
  rows.forEach((row, index) => {
    const { top, bottom, y } = rowGeometry(size, rows, index);
    const value = row.mean[view.level];
    const middle = (top + bottom) / 2;
    label(context, axis.narrow ? row.short : row.name, 4, middle - 3, { colour: theme.muted, font: theme.font });
    label(context, value === null && row.missing ? row.missing[view.level] : number(value), 4, middle + 10, { colour: theme.ink, font: `600 ${theme.font}` });
    if (value === null) return;
    context.fillStyle = theme.accent;
    context.beginPath();
    context.arc(axis.x(view.level), y(value), 3, 0, 2 * Math.PI);
    context.fill();
  });
}

/** A strip is about levels, not particles. */
export function pick(size, frame, x) {
  const axis = levelAxis(size.width, frame.levels);
  return x < axis.left - 4 ? null : { level: axis.levelAt(x) };
}
