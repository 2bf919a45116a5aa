// A canvas context that writes what is drawn on it as SVG: lines and areas as paths, text as text. It has those parts of a context that the pictures
// use, and throws on any other: a picture that uses more would otherwise be exported with something missing. Nothing of a document is needed.

import { SvgPath } from "./svg_path.js";
import { escaped, svgFile, tag } from "./xml.js";

/** The state that `save` keeps. */
const FRESH = {
  fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, lineCap: "butt", lineJoin: "miter", globalAlpha: 1, font: "10px sans-serif", textAlign: "left",
  textBaseline: "alphabetic", imageSmoothingEnabled: true, dash: /** @type {number[]} */ ([]),
};
const ANCHORS = { left: null, start: null, center: "middle", right: "end", end: "end" };
const FONT = /^(?:(\d+|bold|normal) )?([\d.]+)px (.+)$/;
const RGBA = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/;
// Nothing is drawn with less: SVG would keep it all the same.
const UNSEEN = 1e-6;

/** Colours along a line. */
class Gradient {
  constructor(id, ends) {
    this.id = id;
    this.ends = ends;
    /** @type {[number, string][]} */
    this.stops = [];
  }

  addColorStop(at, colour) {
    this.stops.push([at, colour]);
  }
}

class SvgContext {
  /**
   * @param {{width: number, height: number}} size in css pixels
   * @param {any} ruler a canvas context, which measures texts and knows colours
   * @param {string} name begins the ids in the file
   */
  constructor(size, ruler, name) {
    this.size = size;
    this.ruler = ruler;
    this.name = name;
    this.path = new SvgPath();
    /** @type {string[]} */
    this.written = [];
    /** @type {string[]} */
    this.definitions = [];
    /** @type {any[]} */
    this.kept = [];
    this.clips = 0;
    this.ids = 0;
    Object.assign(this, FRESH);
  }

  // --- state

  save() {
    const own = /** @type {any} */ (this);
    this.kept.push({ clips: this.clips, ...Object.fromEntries(Object.keys(FRESH).map((name) => [name, own[name]])) });
  }

  restore() {
    const before = this.kept.pop();
    if (!before) return;
    for (; this.clips > before.clips; this.clips--) this.written.push("</g>");
    Object.assign(this, before);
  }

  setLineDash(dash) {
    this.dash = [...dash];
  }

  /** All that follows is drawn inside the path, until the state before is restored. */
  clip() {
    const id = this.id();
    this.definitions.push(tag("clipPath", { id }, tag("path", { d: this.path.data })));
    this.written.push(`<g clip-path="url(#${id})">`);
    this.clips++;
  }

  // --- paths

  beginPath() {
    this.path = new SvgPath();
  }

  moveTo(x, y) {
    this.path.moveTo(x, y);
  }

  lineTo(x, y) {
    this.path.lineTo(x, y);
  }

  bezierCurveTo(x1, y1, x2, y2, x, y) {
    this.path.bezierCurveTo(x1, y1, x2, y2, x, y);
  }

  closePath() {
    this.path.closePath();
  }

  rect(x, y, width, height) {
    this.path.rect(x, y, width, height);
  }

  arc(x, y, radius, from, to, back) {
    this.path.arc(x, y, radius, from, to, back);
  }

  ellipse(x, y, rx, ry, turned, from, to, back) {
    this.path.ellipse(x, y, rx, ry, turned, from, to, back);
  }

  // --- drawing

  stroke() {
    this.put("path", { d: this.path.data, ...this.lines() });
  }

  fill() {
    this.put("path", { d: this.path.data, ...this.area() });
  }

  fillRect(x, y, width, height) {
    this.put("rect", { ...box(x, y, width, height), ...this.area() });
  }

  strokeRect(x, y, width, height) {
    this.put("rect", { ...box(x, y, width, height), ...this.lines() });
  }

  fillText(text, x, y) {
    if (!Number.isFinite(x + y)) return;
    const [, weight, size, family] = FONT.exec(this.own.font) ?? fail(`the font ${this.own.font}`);
    const anchor = ANCHORS[this.own.textAlign];
    if (anchor === undefined) fail(`the alignment ${this.own.textAlign}`);
    const attributes = { x, y: y + this.rise(text), "font-size": Number(size), "font-weight": weight, "font-family": family, "text-anchor": anchor };
    this.put("text", { ...attributes, ...this.area() }, escaped(text));
  }

  measureText(text) {
    this.ruler.font = this.own.font;
    return this.ruler.measureText(text);
  }

  createLinearGradient(...ends) {
    return new Gradient(this.id(), ends);
  }

  /** An image of few pixels stays one. */
  drawImage(image, x, y, width, height) {
    if (height === undefined) fail("an image without a size");
    const look = this.own.imageSmoothingEnabled ? null : "image-rendering:pixelated";
    const attributes = { ...box(x, y, width, height), preserveAspectRatio: "none", style: look, href: image.toDataURL("image/png") };
    this.put("image", { ...attributes, opacity: this.own.globalAlpha === 1 ? null : this.own.globalAlpha });
  }

  // --- the file

  /**
   * The SVG file.
   * @param {{title: string, description: string, paper: string}} about
   */
  file({ title, description, paper }) {
    while (this.kept.length) this.restore();
    const ground = this.colour(paper, 1).colour;
    const inner = [this.definitions.length ? tag("defs", {}, this.definitions.join("\n")) : "", ...this.written, "</g>".repeat(this.clips)].filter(Boolean).join("\n");
    // A canvas cuts corners at another length than SVG does where nothing is said.
    return svgFile(this.size, { title, description, paper: ground, attributes: { "stroke-miterlimit": 10 } }, inner);
  }

  /** @returns {any} */
  get own() {
    return this;
  }

  id() {
    return `${this.name}-${++this.ids}`;
  }

  put(name, attributes, inner = "") {
    const nothing = attributes.d === "" || (attributes["stroke-opacity"] ?? 1) < UNSEEN || (attributes["fill-opacity"] ?? 1) < UNSEEN;
    const broken = Object.values(attributes).some((value) => typeof value === "number" && !Number.isFinite(value));
    if (!nothing && !broken) this.written.push(tag(name, attributes, inner));
  }

  lines() {
    const { strokeStyle, lineWidth, lineCap, lineJoin, dash, globalAlpha } = this.own;
    const { colour, opacity } = this.colour(strokeStyle, globalAlpha);
    return {
      fill: "none", stroke: colour, "stroke-opacity": opacity, "stroke-width": lineWidth === 1 ? null : lineWidth,
      "stroke-linecap": lineCap === "butt" ? null : lineCap, "stroke-linejoin": lineJoin === "miter" ? null : lineJoin,
      "stroke-dasharray": dash.length ? dash.join(" ") : null,
    };
  }

  area() {
    const { colour, opacity } = this.colour(this.own.fillStyle, this.own.globalAlpha);
    return { fill: colour, "fill-opacity": opacity };
  }

  /** A colour that every reader of SVG knows, and its opacity; null for 1. Rounded here, as two decimals would be too few. */
  colour(style, alpha) {
    const opacity = (own) => (own * alpha === 1 ? null : `${Math.round(own * alpha * 1e4) / 1e4}`);
    if (style instanceof Gradient) return { colour: `url(#${this.define(style)})`, opacity: opacity(1) };
    this.ruler.fillStyle = style;
    const known = `${this.ruler.fillStyle}`;
    const parts = RGBA.exec(known);
    if (!parts) return { colour: known, opacity: opacity(1) };
    const hex = parts.slice(1, 4).map((part) => Number(part).toString(16).padStart(2, "0"));
    return { colour: `#${hex.join("")}`, opacity: opacity(Number(parts[4])) };
  }

  define({ id, ends: [x1, y1, x2, y2], stops }) {
    const inner = stops.map(([at, colour]) => {
      const { colour: known, opacity } = this.colour(colour, 1);
      return tag("stop", { offset: `${at}`, "stop-color": known, "stop-opacity": opacity });
    });
    const gradient = tag("linearGradient", { id, gradientUnits: "userSpaceOnUse", x1, y1, x2, y2 }, inner.join(""));
    if (!this.definitions.includes(gradient)) this.definitions.push(gradient);
    return id;
  }

  /** From a text's own line down to the one that letters stand on: readers of SVG disagree about the others. */
  rise(text) {
    const { font, textBaseline } = this.own;
    if (textBaseline === "alphabetic") return 0;
    const ascent = (baseline) => {
      Object.assign(this.ruler, { font, textBaseline: baseline });
      return this.ruler.measureText(text).fontBoundingBoxAscent;
    };
    const from = ascent(textBaseline);
    return ascent("alphabetic") - from;
  }
}

/** A rectangle; a canvas takes negative sizes, SVG none. */
const box = (x, y, width, height) => ({ x: Math.min(x, x + width), y: Math.min(y, y + height), width: Math.abs(width), height: Math.abs(height) });

/** @returns {never} */
function fail(what) {
  throw new Error(`a picture as SVG cannot have ${what}`);
}

/**
 * A context that throws where a picture uses a part that it does not have.
 * @param {{width: number, height: number}} size
 * @param {any} ruler
 * @param {string} [name]
 * @returns {any}
 */
export function svgContext(size, ruler, name = "picture") {
  return new Proxy(new SvgContext(size, ruler, name), {
    get(target, part) {
      const value = part in target ? Reflect.get(target, part, target) : fail(String(part));
      // Its own work sets more than a picture may.
      return typeof value === "function" ? value.bind(target) : value;
    },
    set(target, part, value) {
      if (!(part in FRESH)) fail(String(part));
      return Reflect.set(target, part, value, target);
    },
  });
}
