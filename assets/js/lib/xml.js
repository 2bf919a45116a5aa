// XML as text, for files: escaped, and without the characters that XML cannot hold, whoever wrote them.

const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as XML holds it, also between quotes. */
export const escaped = (text) => `${text}`.replace(FORBIDDEN, "").replace(/[&<>"]/g, (letter) => ENTITIES[letter]);

/** A number with at most two decimals: hundredths of a pixel. */
export const rounded = (value) => `${Math.round(value * 100) / 100}`;

/**
 * An element. Attributes that are null or undefined are left out; numbers are rounded.
 * @param {string} name
 * @param {Record<string, any>} attributes
 * @param {string} [inner] XML
 */
export function tag(name, attributes, inner = "") {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : escaped(value)}"`);
  return inner ? `<${name}${written.join("")}>${inner}</${name}>` : `<${name}${written.join("")}/>`;
}

/**
 * A whole SVG file with a ground.
 * @param {{width: number, height: number}} size
 * @param {object} about
 * @param {string} about.title
 * @param {string} about.description
 * @param {string} about.paper colour of the ground
 * @param {Record<string, any>} about.attributes of the root
 * @param {string} inner XML
 */
export function svgFile({ width, height }, { title, description, paper, attributes }, inner) {
  const root = { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${rounded(width)} ${rounded(height)}`, ...attributes };
  const words = tag("title", {}, escaped(title)) + (description ? tag("desc", {}, escaped(description)) : "");
  return `<?xml version="1.0" encoding="UTF-8"?>\n${tag("svg", root, `${words}\n${tag("rect", { width, height, fill: paper })}\n${inner}`)}\n`;
}
