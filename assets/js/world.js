// The world: the state that is planned from, and over it the path of every particle. Where the paths take up little of the picture, a lens
// beside it shows them large.

import { dagger, label, ring, strokeMany } from "./canvas.js";
import { ancestry, descendants, endings, lastStep, revivals, sampleLines, strokeGroups, thinned } from "./lineage.js";
import { actionColour } from "./palette.js";
import { camera, drawScene } from "./scene.js";
import { number } from "./words.js";

const LINE_BUDGET = 3000;
const MARK_BUDGET = 300;
const DOT_BUDGET = 1024;
// How near the pointer must be to a particle, in pixels.
const REACH = 14;
// Paths narrower than this share of the picture deserve the lens.
const SMALL = 0.5;
// How much more the lens may magnify the narrower direction.
const STRETCH = 8;

/**
 * The views side by side, each with its camera, its rectangle on the canvas and where each transition leads (-1 the root); pure.
 * The last view is the closest one.
 */
export function geometry({ width, height }, frame) {
  const paths = frame.once("extent", extentOfPaths);
  const focus = frame.scene?.focus ?? paths;
  const lens = (paths[1] - paths[0]) / (focus[1] - focus[0]) < SMALL && width > 300;
  const middle = Math.round(width * 0.42);
  const boxes = lens ? [{ left: 0, width: middle }, { left: middle, width: width - middle }] : [{ left: 0, width }];
  const { position, root_position: root } = frame;
  return boxes.map((box, index) => {
    const view = camera({ ...box, height }, index ? paths : focus, index ? 18 : 8, index ? STRETCH : 1);
    return {
      ...box,
      height,
      view,
      x: (id) => view.x(id < 0 ? root[0] : position[2 * id]),
      y: (id) => view.y(id < 0 ? root[1] : position[2 * id + 1]),
    };
  });
}

/** The box around the root and all steps. */
function extentOfPaths({ position, root_position: root, alive }) {
  const box = [root[0], root[0], root[1], root[1]];
  for (let id = 0; id < alive.length; id++) {
    if (!alive[id]) continue;
    const [x, y] = [position[2 * id], position[2 * id + 1]];
    if (x < box[0]) box[0] = x;
    if (x > box[1]) box[1] = x;
    if (y < box[2]) box[2] = y;
    if (y > box[3]) box[3] = y;
  }
  // A box of no size has no camera.
  const air = Math.max(box[1] - box[0], box[3] - box[2], 1e-3) * 0.02;
  return [box[0] - air, box[1] + air, box[2] - air, box[3] + air];
}

/** The particle nearest to a point, or null when none is near. */
export function pick(size, frame, x, y) {
  const place = geometry(size, frame).find((box) => x >= box.left && x < box.left + box.width);
  if (!place) return null;
  let [nearest, best] = [null, REACH * REACH];
  for (let id = 0; id < frame.parent.length; id++) {
    if (!frame.alive[id]) continue;
    const distance = (place.x(id) - x) ** 2 + (place.y(id) - y) ** 2;
    if (distance < best) [nearest, best] = [id, distance];
  }
  return nearest === null ? null : { level: Math.floor(nearest / frame.slots), slot: nearest % frame.slots };
}

/** Draws each view inside its own rectangle. */
function inEach(context, size, frame, drawing) {
  geometry(size, frame).forEach((place, index) => {
    context.save();
    context.beginPath();
    context.rect(place.left, 0, place.width, place.height);
    context.clip();
    drawing(place, index);
    context.restore();
  });
}

export function draw(context, size, frame, view, theme) {
  const views = geometry(size, frame);
  inEach(context, size, frame, (place, index) => {
    // Under the lens the bodies would be blots without an edge in sight.
    if (frame.scene && !index) drawScene(context, frame.scene, place.view, theme);
    drawPaths(context, place, frame, view, theme, index < views.length - 1);
    drawMarks(context, place, frame, theme);
    if (index) drawLens(context, place, views[0], theme);
    else {
      drawLensFrame(context, place, views[1], theme);
      if (frame.scene?.caption) label(context, frame.scene.caption, 10, 12, { colour: theme.muted, font: theme.font });
    }
  });
}

/** In a view that a lens shows large, only the lineages that survive are drawn: the others would be specks. */
function drawPaths(context, place, frame, view, theme, small) {
  const { ids, groups } = strokeGroups(frame);
  // Paths lie over one another here: some of the thin ones say as much as all.
  const sample = sampleLines(frame, LINE_BUDGET);
  for (const group of groups) {
    if (small && !group.survives) continue;
    context.globalAlpha = view.action !== null && view.action !== group.action ? 0.05 : group.opacity * 0.8;
    context.strokeStyle = actionColour(theme, group.action);
    context.lineWidth = Math.min(group.width, 2.2);
    strokeMany(context, group.from, group.to, (_, index) => (group.trunk || sample[ids[index]] === 1) && step(context, place, frame, ids[index]));
  }
  context.globalAlpha = 1;
}

function drawLens(context, { left, height, view, x, y }, wide, theme) {
  context.fillStyle = theme.grid;
  context.fillRect(left, 0, 1, height);
  const [across, up] = [view.scale / wide.view.scale, view.rise / wide.view.scale].map((times) => number(times, 2));
  context.beginPath();
  ring(context, x(-1), y(-1), 3.5);
  context.fillStyle = theme.ink;
  context.fill();
  label(context, across === up ? `× ${across}` : `× ${across} across, × ${up} up`, left + 8, height - 8, { colour: theme.muted, font: theme.font });
}

/** Where in the wide view the lens looks. */
function drawLensFrame(context, { view }, lens, theme) {
  if (!lens) return;
  const [x, y] = lens.view.world(lens.left, 0);
  context.strokeStyle = theme.muted;
  context.lineWidth = 1;
  context.strokeRect(view.x(x), view.y(y), (lens.width * view.scale) / lens.view.scale, (lens.height * view.rise) / lens.view.rise);
}

function step(context, place, { parent }, id) {
  context.moveTo(place.x(parent[id]), place.y(parent[id]));
  context.lineTo(place.x(id), place.y(id));
}

function drawMarks(context, place, frame, theme) {
  context.lineWidth = 1;
  context.strokeStyle = theme.ink;
  context.beginPath();
  for (const id of thinned(endings(frame), MARK_BUDGET)) dagger(context, place.x(id), place.y(id), 3.5);
  context.stroke();
  context.strokeStyle = theme.muted;
  context.beginPath();
  // The ring goes where the revived particle starts from: the state its parent led to.
  for (const id of thinned(revivals(frame), MARK_BUDGET)) ring(context, place.x(frame.parent[id]), place.y(frame.parent[id]), 3.5);
  context.stroke();
}

export function overlay(context, size, frame, view, theme) {
  const id = view.particle && lastStep(frame, view.particle);
  const line = view.particle ? ancestry(frame, id) : [];
  const children = view.particle ? thinned(descendants(frame, id).filter((node) => frame.alive[node]), 2000) : [];
  inEach(context, size, frame, (place) => {
    drawParticles(context, place, frame, view, theme);
    if (view.particle) drawLineage(context, place, frame, line, children, theme);
  });
}

function drawLineage(context, place, frame, line, children, theme) {
  const pass = (nodes, width, colour) => {
    context.lineWidth = width;
    context.strokeStyle = colour;
    strokeMany(context, 0, nodes.length, (_, index) => step(context, place, frame, nodes[index]));
  };
  context.globalAlpha = 0.4;
  pass(children, 1, theme.ink);
  context.globalAlpha = 1;
  pass(line, 5, theme.paper);
  pass(line, 2.2, theme.ink);
  context.fillStyle = theme.ink;
  context.beginPath();
  if (line.length) ring(context, place.x(line[0]), place.y(line[0]), 4);
  context.fill();
}

/** Where the particles are at the level looked at: a dot each, its size by its weight. */
function drawParticles(context, place, frame, view, theme) {
  const { slots, weights, alive, rootOf } = frame;
  const from = view.level * slots;
  const every = Math.ceil(slots / DOT_BUDGET);
  context.strokeStyle = theme.paper;
  context.lineWidth = 2;
  for (let action = 0; action < frame.actions.length; action++) {
    if (view.action !== null && view.action !== action) continue;
    context.fillStyle = actionColour(theme, action);
    context.beginPath();
    for (let id = from; id < from + slots; id += every) {
      if (!alive[id] || rootOf[id] !== action) continue;
      ring(context, place.x(id), place.y(id), Math.min(Math.max(2.5 * Math.sqrt(weights[id] * slots), 1.2), 6));
    }
    // A halo keeps dots apart from lines; below the fill, so that dots do not cut into one another.
    context.stroke();
    context.fill();
  }
}
