// The world: the state that is planned from, and over it the path of every particle. Where the paths take up little of the picture, a lens
// beside it shows them large.

import { doneLevels, filmWorld } from "./film.js";
import { dagger, gathered, label, markSize, penWidth, ring, sayInMiddle, strokeMany, wrapped } from "./pen.js";
import { ancestry, descendants, endings, lastStep, revivals, sampleLines, strokeGroups, thinned } from "../frame/lineage.js";
import { boxOfPaths, pathsOf } from "../frame/steady.js";
import { traceMarker } from "../lib/markers.js";
import { actionColour, actionSymbol } from "../lib/palette.js";
import { drawAxes, inAxes } from "./chart.js";
import { drawHeat } from "./heat.js";
import { camera, drawScene, drawSceneLegend, LEGEND } from "./scene.js";
import { number } from "../lib/format.js";
import { textWidth } from "../panels/shapes.js";

const LINE_BUDGET = 3000;
// Marks that are nearer to each other share one.
const MARK_CELL = 8;
// Largest distance from the pointer to a particle, in pixels.
const REACH = 14;
// Largest ratio between the magnifications of the two directions of the lens.
const STRETCH = 8;
const NOTHING = [0, 1, 0, 1];
// Height of a line of the scene's caption.
const CAPTION = 14;
const CAPTION_SIZE = 11;
const CAPTION_MARGINS = 18;
// Least room for a caption beside the scene, and the lines that it may take there.
const [BESIDE, BESIDE_LINES] = [160, 2.4];

/**
 * The views side by side, each with its camera, its rectangle on the canvas, the width that the caption of the state has, and where each node is
 * (-1 the root); pure.
 * The last view is the closest one.
 */
export function geometry({ width, height }, frame, alongside = null) {
  const steady = pathsOf(frame, alongside);
  const { position, root_position: root, picture } = frame;
  const paths = steady.paths && boxOfPaths(steady.paths, root);
  const focus = picture?.focus ?? paths ?? NOTHING;
  const lens = steady.lens && paths && !frame.over && width > 300;
  const middle = Math.round(width * 0.42);
  const boxes = lens ? [{ left: 0, width: middle }, { left: middle, width: width - middle }] : [{ left: 0, width }];
  const viewOfPicture = (box) => {
    // Beside a lens the scene makes room for its legend.
    const aside = lens && picture?.legend && box.width > 2 * LEGEND.room ? LEGEND.room : 0;
    const below = (top) => camera({ ...box, top, width: box.width - aside, height: height - top }, focus, 8);
    if (!picture?.caption) return { view: below(0), captioned: box.width };
    // The caption stands beside the scene where there is room, else above it; never on it.
    const [whole, words] = [below(0), textWidth(picture.caption, CAPTION_SIZE)];
    const beside = whole.x(focus[0]) - box.left;
    if (words < BESIDE_LINES * (beside - CAPTION_MARGINS) && beside > BESIDE) return { view: whole, captioned: beside };
    return { view: below(CAPTION * Math.min(Math.ceil(words / (box.width - CAPTION_MARGINS)), 2)), captioned: box.width };
  };
  return boxes.map((box, index) => {
    const { view, captioned = 0 } = frame.projection
      ? { view: camera(inAxes(width, height), focus, 2, Infinity), captioned: box.width }
      : index ? { view: camera({ ...box, height }, paths, 18, STRETCH) } : viewOfPicture(box);
    return {
      ...box,
      height,
      view,
      captioned,
      x: (node) => view.x(node < 0 ? root[0] : position[2 * node]),
      y: (node) => view.y(node < 0 ? root[1] : position[2 * node + 1]),
    };
  });
}

/** The particle nearest to a point, or null when none is near. */
export function pick(size, frame, x, y, { alongside = null } = {}) {
  const place = geometry(size, frame, alongside).find((box) => x >= box.left && x < box.left + box.width);
  if (!place) return null;
  let [nearest, best] = [-1, REACH * REACH];
  for (let node = 0; node < frame.size; node++) {
    if (!frame.alive[node]) continue;
    const distance = (place.x(node) - x) ** 2 + (place.y(node) - y) ** 2;
    if (distance < best) [nearest, best] = [node, distance];
  }
  return frame.particleAt(nearest);
}

/** Draws each view inside its own rectangle. */
function inEach(context, size, frame, { alongside }, drawing) {
  geometry(size, frame, alongside).forEach((place, index) => {
    context.save();
    context.beginPath();
    context.rect(place.left, 0, place.width, place.height);
    context.clip();
    drawing(place, index);
    context.restore();
  });
}

export function draw(context, size, frame, view, theme) {
  // Until the states of this plan are made, nothing can be shown of them.
  if (waits(frame, view)) return sayInMiddle(context, size, frame.playing ? "States are made where the play pauses." : "The states of this plan are being made.", theme);
  const views = geometry(size, frame, view.alongside);
  inEach(context, size, frame, view, (place, index) => {
    // Under the lens the bodies would be blots without an edge in sight.
    if (frame.projection) drawAxes(context, size, frame, place.view, theme);
    if (frame.picture && !index) {
      drawScene(context, frame.picture, place.view, theme);
      drawSceneLegend(context, frame.picture, place.view, { right: place.left + place.width, height: place.height }, theme);
    }
    if (view.pinned && view.pinned.projection?.name === frame.projection?.name) drawPinned(context, place, view.pinned, theme);
    if (!view.heat) drawPaths(context, place, frame, view, theme, index < views.length - 1);
    drawMarks(context, place, frame, view, theme);
    if (index) drawLens(context, place, views[0], theme);
    else {
      drawLensFrame(context, place, views[1], theme);
      if (frame.picture?.caption) drawCaption(context, frame.picture.caption, place, theme);
    }
  });
}

/** The caption of the state, wrapped to its room. */
function drawCaption(context, caption, { captioned }, theme) {
  context.font = theme.font;
  const fits = (text) => context.measureText(text).width <= captioned - CAPTION_MARGINS;
  const lines = fits(caption) ? [caption] : wrapped(caption, fits);
  lines.forEach((line, index) => label(context, line, 10, 12 + CAPTION * index, { colour: theme.muted, font: theme.font }));
}

/** The surviving paths of the plan that is pinned, as a grey shade behind. */
function drawPinned(context, { view }, pinned, theme) {
  const { parent, position, root_position: root } = pinned;
  const at = (node, part) => (node < 0 ? root[part] : position[2 * node + part]);
  const { nodes, groups } = strokeGroups(pinned);
  context.strokeStyle = theme.muted;
  context.globalAlpha = 0.35;
  for (const group of groups) {
    if (!group.survives) continue;
    context.lineWidth = penWidth(group.width / 2) + 1.4;
    strokeMany(context, group.from, group.to, (_, index) => {
      const node = nodes[index];
      context.moveTo(view.x(at(parent[node], 0)), view.y(at(parent[node], 1)));
      context.lineTo(view.x(at(node, 0)), view.y(at(node, 1)));
    });
  }
  context.globalAlpha = 1;
}

/** In a view that a lens shows large, only the lineages that survive are drawn: the others would be specks. */
function drawPaths(context, place, frame, view, theme, small) {
  const { nodes, groups } = strokeGroups(frame);
  // Paths lie over one another here: some of the thin ones say as much as all.
  const sample = sampleLines(frame, LINE_BUDGET);
  const levels = shownLevels(frame, view);
  for (const group of groups) {
    if (small && !group.survives) continue;
    context.globalAlpha = view.action !== null && view.action !== group.action ? 0.05 : group.opacity * 0.8;
    context.strokeStyle = actionColour(theme, frame, group.action);
    context.lineWidth = penWidth(group.width / 2);
    strokeMany(context, group.from, group.to, (_, index) => sample[nodes[index]] === 1 && frame.level[nodes[index]] < levels && step(context, place, frame, nodes[index]));
  }
  context.globalAlpha = 1;
}

/** Levels whose paths are drawn: all of them, or in slow motion those that are done. Of a tree the film draws all itself. */
const shownLevels = ({ tree }, { film }) => (!film || film.phase === "decide" ? Infinity : tree ? 0 : doneLevels(film));

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

/** The frame of the lens in the wide view. */
function drawLensFrame(context, { view }, lens, theme) {
  if (!lens) return;
  const [x, y] = lens.view.world(lens.left, 0);
  context.strokeStyle = theme.muted;
  context.lineWidth = 1;
  context.strokeRect(view.x(x), view.y(y), (lens.width * view.scale) / lens.view.scale, (lens.height * view.rise) / lens.view.rise);
}

function step(context, place, { parent }, node) {
  context.moveTo(place.x(parent[node]), place.y(parent[node]));
  context.lineTo(place.x(node), place.y(node));
}

function drawMarks(context, place, frame, view, theme) {
  const levels = shownLevels(frame, view);
  const shown = (nodes) => (levels === Infinity ? nodes : nodes.filter((node) => frame.level[node] < levels));
  context.lineWidth = 1;
  context.strokeStyle = theme.ink;
  context.beginPath();
  for (const { x, y, count } of gathered(shown(endings(frame)), place.x, place.y, MARK_CELL, MARK_CELL)) dagger(context, x, y, markSize(3.5, count));
  context.stroke();
  context.strokeStyle = theme.muted;
  context.beginPath();
  // The ring goes where the revived particle starts from: the state its parent led to.
  const [x, y] = [(node) => place.x(frame.parent[node]), (node) => place.y(frame.parent[node])];
  for (const mark of gathered(shown(revivals(frame)), x, y, MARK_CELL, MARK_CELL)) ring(context, mark.x, mark.y, markSize(3.5, mark.count));
  context.stroke();
}

/** True where a projection is wanted that the frame does not have. */
const waits = ({ projection, projections = [], over }, { projection: wanted }) => !!wanted && !over && projection?.name !== wanted && projections.some(({ name }) => name === wanted);

export function overlay(context, size, frame, view, theme) {
  if (waits(frame, view)) return;
  if (view.film) return inEach(context, size, frame, view, (place) => filmWorld(context, place, frame, view, theme));
  const last = view.particle ? lastStep(frame, view.particle) : -1;
  const line = ancestry(frame, last);
  const children = thinned(descendants(frame, last).filter((node) => frame.alive[node]), 2000);
  const compared = view.compared ? ancestry(frame, lastStep(frame, view.compared)) : [];
  inEach(context, size, frame, view, (place) => {
    if (view.heat) drawHeat(context, place, frame, view, theme);
    drawParticles(context, place, frame, view, theme);
    if (compared.length) drawCompared(context, place, frame, compared, theme);
    if (line.length) drawLineage(context, place, frame, line, children, theme);
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
  ring(context, place.x(line[0]), place.y(line[0]), 4);
  context.fill();
}

/** The lineage that others are compared with. */
function drawCompared(context, place, frame, line, theme) {
  for (const [width, colour, dashes] of [[5, theme.paper, []], [2.2, theme.accent, [5, 3]]]) {
    Object.assign(context, { lineWidth: width, strokeStyle: colour });
    context.setLineDash(dashes);
    strokeMany(context, 0, line.length, (_, index) => step(context, place, frame, line[index]));
  }
  context.setLineDash([]);
  context.fillStyle = theme.accent;
  context.beginPath();
  ring(context, place.x(line[0]), place.y(line[0]), 4);
  context.fill();
}

/** A marker for each particle at the current level, shaped by its root action and sized by its weight. */
function drawParticles(context, place, frame, view, theme) {
  const { weight, alive, root, level_start: start } = frame;
  const fill = (action, colour, halo) => {
    context.fillStyle = colour;
    context.beginPath();
    for (let node = start[view.level]; node < start[view.level + 1]; node++) {
      if (!alive[node] || root[node] !== action) continue;
      traceMarker(context, actionSymbol(frame, action), place.x(node), place.y(node), Math.min(Math.max(2.8 * Math.sqrt(weight[node]), 1.4), 6) + halo);
    }
    context.fill();
  };
  for (let action = 0; action < frame.actions.length; action++) {
    if (view.action !== null && view.action !== action) continue;
    // A halo keeps dots apart from lines; below all of them, so that dots do not cut into one another.
    fill(action, theme.paper, 1);
    fill(action, actionColour(theme, frame, action), 0);
  }
}
