// The pictures of a microscope as files: SVG, drawn by the pictures' own code on a context that writes it, and PNG at twice the pixels of the page.

import { captions } from "../frame/captions.js";
import { narrateDecision } from "../frame/narration.js";
import { viewOf } from "../lib/store.js";
import { svgContext } from "../lib/svg_context.js";
import { decisionFile } from "../panels/decision_file.js";

/** Pictures that can be kept as files, in the order of the page. */
export const KEPT = ["world", "genealogy", "strips", "weights", "decision"];
export const FORMS = ["svg", "png"];
const RATIO = 2;

/**
 * Names of the pictures that are shown and so can be kept now.
 * @param {import("../microscope.js").Microscope} microscope
 */
export function keptNow({ frame, gallery, decision }) {
  const drawn = gallery.open.filter(({ stage }) => stage.width && stage.height).map(({ name }) => name);
  return frame ? KEPT.filter((name) => (name === "decision" ? decision : drawn.includes(name))) : [];
}

/** The name of a picture's file, as those of the server. */
export function fileName({ checkpoint, environment, planner, step }, name, form) {
  return `${checkpoint || environment}-${planner}-step-${step}-${name}.${form}`.replace(/[^\w.-]/g, "-");
}

/**
 * A picture as an SVG file.
 * @param {import("../microscope.js").Microscope} microscope
 * @param {string} name one of `keptNow`
 */
export function svgOf(microscope, name) {
  const { frame, theme, decision } = microscope;
  const about = { ...describe(microscope, name), paper: theme.paper };
  if (name === "decision") return decisionFile(frame, theme, /** @type {any} */ (decision).decision, microscope.view.action, about);
  const { stage } = opened(microscope, name);
  const ruler = canvas(1, 1).getContext("2d");
  const context = svgContext(stage.size, ruler, name);
  drawAll(microscope, name, context);
  return context.file(about);
}

/**
 * A picture as PNG, on paper.
 * @param {import("../microscope.js").Microscope} microscope
 * @param {string} name one of `keptNow`
 * @returns {Promise<HTMLCanvasElement>}
 */
export async function pngOf(microscope, name) {
  if (name === "decision") return rasterised(svgOf(microscope, name));
  const { stage: { width, height } } = opened(microscope, name);
  const made = canvas(width * RATIO, height * RATIO);
  const context = /** @type {CanvasRenderingContext2D} */ (made.getContext("2d"));
  context.setTransform(RATIO, 0, 0, RATIO, 0, 0);
  context.fillStyle = microscope.theme.paper;
  context.fillRect(0, 0, width, height);
  drawAll(microscope, name, context);
  return made;
}

/** The picture and what lies over it, each from a fresh state. */
function drawAll(microscope, name, context) {
  const { frame, store, theme } = microscope;
  const { stage, module } = opened(microscope, name);
  const view = viewOf(store.state);
  context.save();
  module.draw(context, stage.size, frame, view, theme, () => canvas(1, 1));
  context.restore();
  context.save();
  module.overlay(context, stage.size, frame, view, theme);
  context.restore();
}

function describe({ frame, store, gallery }, name) {
  const { titles } = captions(frame);
  const title = `${titles[name]}: ${frame.planner} on ${frame.checkpoint || frame.environment}, step ${frame.step}, seed ${frame.seed}`;
  const picture = gallery.open.find((each) => each.name === name);
  return { title, description: picture ? picture.describe(frame, viewOf(store.state)) : narrateDecision(frame) };
}

const opened = ({ gallery }, name) => gallery.open.find((each) => each.name === name) ?? missing(name);

/** @returns {never} */
function missing(name) {
  throw new Error(`there is no picture ${name} here; there are ${KEPT.join(", ")}`);
}

function canvas(width, height) {
  return Object.assign(document.createElement("canvas"), { width: Math.round(width), height: Math.round(height) });
}

/** SVG on a canvas. */
async function rasterised(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const made = canvas(image.width * RATIO, image.height * RATIO);
  made.getContext("2d")?.drawImage(image, 0, 0, made.width, made.height);
  return made;
}
