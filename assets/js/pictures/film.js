// Slow motion on the pictures: particles move in the world while their lines grow in the genealogy, step after step of the algorithm. What is to
// come lies under a veil.

import { penWidth, ring, strokeMany } from "./pen.js";
import { offspringAt, weightIn } from "../frame/film.js";
import { ancestry } from "../frame/lineage.js";
import { traceMarker } from "../lib/markers.js";
import { actionColour, actionSymbol } from "../lib/palette.js";

const VEIL = 0.93;
const RADIUS = { usual: 2.8, least: 1.2, most: 8 };
// Lines of a step that is being taken, at most.
const LINES = 4000;

const radiusOf = (weight) => Math.min(Math.max(RADIUS.usual * Math.sqrt(weight), RADIUS.least), RADIUS.most);
const between = (from, to, share) => from + share * (to - from);

/** Levels whose steps are done; the one of the step itself only after it was taken. */
export const doneLevels = ({ level, phase }) => (phase === "propose" ? level : level + 1);

/** Places of a picture as the film needs them. @typedef {{x: (node: number) => number, y: (node: number) => number, pitch?: number}} Place */

/**
 * The genealogy up to the step of the film.
 * @param {CanvasRenderingContext2D} context
 * @param {Place & {axis: any, bottom: number}} place
 */
export function filmGenealogy(context, place, frame, { film }, theme) {
  if (frame.tree) return filmTree(context, place, frame, film, theme);
  const { axis, bottom } = place;
  if (film.phase === "decide") return mark(context, place, frame, ancestry(frame, endOfFollowed(frame)), theme);
  const edge = film.phase === "propose" ? axis.x(film.level - 1) + 1 : axis.x(film.level) + 1;
  context.globalAlpha = VEIL;
  context.fillStyle = theme.paper;
  context.fillRect(edge, 0, Math.max(axis.right - edge + 4, 0), bottom);
  context.globalAlpha = 1;
  act(context, place, frame, film, theme);
  // One that dies out is crossed out, one with many offspring is ringed.
  if (film.phase === "resample") resample(context, place, frame, film, theme);
  if (film.phase === "revive") revive(context, place, frame, film, theme);
  followedSoFar(context, place, frame, film, theme);
}

/** The world with the particles of the level on their way. */
export function filmWorld(context, place, frame, { film }, theme) {
  if (frame.tree) return filmTree(context, place, frame, film, theme, true);
  if (film.phase === "decide") return mark(context, place, frame, ancestry(frame, endOfFollowed(frame)), theme);
  act(context, place, frame, film, theme);
  if (film.phase === "revive") revive(context, place, frame, film, theme);
  followedSoFar(context, place, frame, film, theme);
}

/** The steps of the level as far as they are taken, and the particles where they are. */
function act(context, place, frame, film, theme) {
  const { level_start: start, alive, root, parent, weight } = frame;
  const { level } = film;
  const share = film.phase === "propose" ? film.share : 1;
  const nodes = [];
  const every = Math.ceil((start[level + 1] - start[level]) / LINES);
  for (let node = start[level]; node < start[level + 1]; node += every) if (alive[node]) nodes.push(node);
  const at = (node) => [between(place.x(parent[node]), place.x(node), share), between(place.y(parent[node]), place.y(node), share)];
  const size = weightIn(frame, film);
  for (let action = 0; action < frame.actions.length; action++) {
    const own = nodes.filter((node) => root[node] === action);
    if (!own.length) continue;
    const colour = actionColour(theme, frame, action);
    context.globalAlpha = 0.5;
    context.strokeStyle = colour;
    context.lineWidth = penWidth(1);
    strokeMany(context, 0, own.length, (_, index) => {
      const [x, y] = at(own[index]);
      context.moveTo(place.x(parent[own[index]]), place.y(parent[own[index]]));
      context.lineTo(x, y);
    });
    context.globalAlpha = 1;
    for (const [fill, halo] of [[theme.paper, 1], [colour, 0]]) {
      context.fillStyle = fill;
      context.beginPath();
      for (const node of own) traceMarker(context, actionSymbol(frame, action), ...at(node), radiusOf(size(node)) + halo);
      context.fill();
    }
  }
  // While it is weighed, a ring shows the weight that each particle came with.
  if (film.phase !== "weigh") return;
  const carried = weightIn(frame, { ...film, share: 0 });
  context.strokeStyle = theme.muted;
  context.lineWidth = 0.8;
  context.beginPath();
  for (const node of nodes) if (Math.abs(radiusOf(weight[node]) - radiusOf(carried(node))) > 0.5) ring(context, ...at(node), radiusOf(carried(node)));
  context.stroke();
}

function resample(context, place, frame, { level, share }, theme) {
  const { level_start: start, alive, before } = frame;
  const offspring = offspringAt(frame, level);
  context.globalAlpha = share;
  for (let node = start[level]; node < start[level + 1]; node++) {
    if (!alive[node]) continue;
    const children = offspring[node - start[level]];
    const [x, y] = [place.x(node), place.y(node)];
    context.beginPath();
    if (children) {
      ring(context, x, y, Math.min(3 + 1.6 * Math.sqrt(children), Math.max(0.8 * (place.pitch ?? Infinity) * Math.sqrt(children), 1.6)));
      context.strokeStyle = theme.ink;
    } else {
      const arm = Math.min(3, Math.max((place.pitch ?? 6) / 2, 1.6));
      context.moveTo(x - arm, y - arm);
      context.lineTo(x + arm, y + arm);
      context.moveTo(x - arm, y + arm);
      context.lineTo(x + arm, y - arm);
      context.strokeStyle = theme.muted;
    }
    context.lineWidth = 1;
    context.stroke();
  }
  context.globalAlpha = 0.35;
  context.strokeStyle = theme.ink;
  // Slots of the next level draw their ancestors.
  strokeMany(context, start[level + 1], start[level + 2], (_, node) => {
    const from = frame.find({ level, slot: before[node] });
    if (from < 0) return false;
    context.moveTo(place.x(from), place.y(from));
    context.lineTo(between(place.x(from), place.x(node), 0.5 * share), between(place.y(from), place.y(node), share));
    return true;
  });
  context.globalAlpha = 1;
}

/** From where a particle has ended back to the state that its offspring goes on from. */
function revive(context, place, frame, { level, share }, theme) {
  const { level_start: start, revived, before, parent } = frame;
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.4;
  context.beginPath();
  for (let node = start[level + 1]; node < start[level + 2]; node++) {
    if (!revived[node]) continue;
    const ended = frame.find({ level, slot: before[node] });
    const [x0, y0] = [place.x(ended), place.y(ended)];
    const [x1, y1] = [between(x0, place.x(parent[node]), share), between(y0, place.y(parent[node]), share)];
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    ring(context, x1, y1, 3.5);
  }
  context.stroke();
}

/** The last node of the particle that is followed. */
function endOfFollowed(frame) {
  const [levels, slots] = [frame["lineage/level"], frame["lineage/slot"]];
  const last = levels ? levels.length - 1 : -1;
  return last < 0 ? -1 : frame.find({ level: levels[last], slot: slots[last] });
}

/** The lineage of the particle that is followed, as far as it has come. */
function followedSoFar(context, place, frame, film, theme) {
  const line = ancestry(frame, endOfFollowed(frame)).filter((node) => frame.level[node] < doneLevels(film));
  mark(context, place, frame, line, theme);
}

function mark(context, place, { parent }, line, theme) {
  const pass = (width, colour) => {
    context.lineWidth = width;
    context.strokeStyle = colour;
    strokeMany(context, 0, line.length, (_, index) => {
      context.moveTo(place.x(parent[line[index]]), place.y(parent[line[index]]));
      context.lineTo(place.x(line[index]), place.y(line[index]));
    });
  };
  pass(4.5, theme.paper);
  pass(2, theme.ink);
  if (!line.length) return;
  context.strokeStyle = theme.ink;
  context.lineWidth = 1.6;
  context.beginPath();
  ring(context, place.x(line[0]), place.y(line[0]), RADIUS.most - 1);
  context.stroke();
}

/** A tree up to one simulation: its path is followed down, its new node appears, its value goes up. */
function filmTree(context, place, frame, film, theme, world = false) {
  const { made, parent, size, root } = frame;
  const until = film.phase === "decide" ? Infinity : made[film.simulation];
  const shown = (node) => made[node] < until || (made[node] === until && film.phase !== "select");
  if (!world) {
    const { axis, bottom } = place;
    context.globalAlpha = VEIL;
    context.fillStyle = theme.paper;
    context.fillRect(axis.x(-1) + 4, 0, axis.right - axis.x(-1), bottom);
    context.globalAlpha = 1;
  }
  for (let action = 0; action < frame.actions.length; action++) {
    context.strokeStyle = actionColour(theme, frame, action);
    context.lineWidth = 1.2;
    strokeMany(context, 0, size, (_, node) => {
      if (root[node] !== action || !shown(node)) return false;
      context.moveTo(place.x(parent[node]), place.y(parent[node]));
      context.lineTo(place.x(node), place.y(node));
      return true;
    });
  }
  if (film.phase === "decide") return;
  const path = ancestry(frame, film.simulation);
  const reached = film.phase === "select" ? path.slice(1) : path;
  mark(context, place, frame, film.phase === "select" ? reached.slice(Math.floor((1 - film.share) * reached.length)) : reached, theme);
  if (film.phase === "expand") {
    context.fillStyle = actionColour(theme, frame, root[film.simulation]);
    context.beginPath();
    ring(context, place.x(film.simulation), place.y(film.simulation), between(0, 6, film.share));
    context.fill();
  }
  if (film.phase !== "backup") return;
  // The value on its way from the new node to the root.
  const stop = film.share * path.length;
  const [below, above] = [path[Math.min(Math.floor(stop), path.length - 1)], path[Math.floor(stop) + 1] ?? -1];
  const part = stop - Math.floor(stop);
  context.fillStyle = theme.accent;
  context.beginPath();
  ring(context, between(place.x(below), place.x(above), part), between(place.y(below), place.y(above), part), 5);
  context.fill();
}
