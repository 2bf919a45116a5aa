// Colours as other eyes see them, and how far two of them are apart.

/** Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB. */
const SIMULATIONS = {
  usual: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};
export const EYES = Object.keys(SIMULATIONS);

const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
const rgbOf = (hex) => [1, 3, 5].map((at) => linear(parseInt(hex.slice(at, at + 2), 16) / 255));
const times = (matrix, vector) => [0, 3, 6].map((row) => vector.reduce((sum, value, column) => sum + matrix[row + column] * value, 0));

/** CIE L*a*b* (D65) of a colour, as some eyes see it. */
function labOf(hex, eyes) {
  const seen = times(SIMULATIONS[eyes], rgbOf(hex)).map((part) => Math.min(Math.max(part, 0), 1));
  const xyz = times([0.4124564, 0.3575761, 0.1804375, 0.2126729, 0.7151522, 0.072175, 0.0193339, 0.119192, 0.9503041], seen);
  const [fx, fy, fz] = xyz.map((part, index) => part / [0.95047, 1, 1.08883][index]).map((part) => (part > 216 / 24389 ? Math.cbrt(part) : (24389 / 27 * part + 16) / 116));
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

const radians = (degrees) => (degrees * Math.PI) / 180;
const angle = (b, a) => ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;

/** CIEDE2000 between two L*a*b* colours. */
export function difference([l1, a1, b1], [l2, a2, b2]) {
  const chroma = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const more = 1 + 0.5 * (1 - Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7)));
  const [c1, c2] = [Math.hypot(a1 * more, b1), Math.hypot(a2 * more, b2)];
  const [h1, h2] = [c1 ? angle(b1, a1 * more) : 0, c2 ? angle(b2, a2 * more) : 0];
  const turn = c1 && c2 ? ((h2 - h1 + 540) % 360) - 180 : 0;
  const [dl, dc, dh] = [l2 - l1, c2 - c1, 2 * Math.sqrt(c1 * c2) * Math.sin(radians(turn / 2))];
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const h = c1 && c2 ? (h1 + turn / 2 + 360) % 360 : h1 + h2;
  const t = 1 - 0.17 * Math.cos(radians(h - 30)) + 0.24 * Math.cos(radians(2 * h)) + 0.32 * Math.cos(radians(3 * h + 6)) - 0.2 * Math.cos(radians(4 * h - 63));
  const [sl, sc, sh] = [1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2), 1 + 0.045 * c, 1 + 0.015 * c * t];
  const rotation = -Math.sin(radians(60 * Math.exp(-(((h - 275) / 25) ** 2)))) * 2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7));
  return Math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rotation * (dc / sc) * (dh / sh));
}

/** CIEDE2000 between two colours, as some eyes see them. */
export const apart = (one, other, eyes) => difference(labOf(one, eyes), labOf(other, eyes));

/** Contrast of WCAG between two colours. */
export function contrast(one, other) {
  const [dark, light] = [one, other].map((hex) => times([0.2126, 0.7152, 0.0722, 0, 0, 0, 0, 0, 0], rgbOf(hex))[0]).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
