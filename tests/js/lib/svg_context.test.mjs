import assert from "node:assert/strict";
import { test } from "node:test";

import { svgContext } from "../../../assets/js/lib/svg_context.js";

const SIZE = { width: 200, height: 100 };
const ABOUT = { title: "a < b", description: "it is \"so\" & so", paper: "#fff" };
const ASCENTS = { alphabetic: 9, middle: 4, top: -1 };

/** What a canvas tells about texts and colours. */
const ruler = () => ({
  textBaseline: "alphabetic",
  fillStyle: "",
  measureText(text) {
    return { width: 6 * text.length, fontBoundingBoxAscent: ASCENTS[this.textBaseline] };
  },
});

/** The elements that a drawing makes, without the root, the words and the ground. */
function drawn(draw) {
  const context = svgContext(SIZE, ruler(), "p");
  draw(context);
  const file = context.file(ABOUT);
  return file.split("\n").slice(3, -1).join("\n").replace(/<\/svg>$/, "").split("\n").filter(Boolean);
}

test("a file has its size, its words and its ground", () => {
  const file = svgContext(SIZE, ruler()).file(ABOUT);
  assert.match(file, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="200" height="100" viewBox="0 0 200 100" stroke-miterlimit="10">/);
  assert.ok(file.includes("<title>a &lt; b</title><desc>it is &quot;so&quot; &amp; so</desc>"));
  assert.ok(file.includes('<rect width="200" height="100" fill="#fff"/>'));
});

test("lines and curves are paths with the style they were drawn in", () => {
  assert.deepEqual(
    drawn((context) => {
      Object.assign(context, { strokeStyle: "#123456", lineWidth: 2.5, lineCap: "round", lineJoin: "round", globalAlpha: 0.0625 });
      context.setLineDash([5, 2]);
      context.beginPath();
      context.moveTo(1, 2);
      context.bezierCurveTo(3, 4, 5, 6, 7.123, 8);
      context.lineTo(9, 10);
      context.closePath();
      context.stroke();
    }),
    ['<path d="M1 2C3 4 5 6 7.12 8L9 10Z" fill="none" stroke="#123456" stroke-opacity="0.0625" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round" stroke-dasharray="5 2"/>'],
  );
});

test("a line without a beginning begins where it goes to, and nothing is drawn of no path", () => {
  const [area, ...more] = drawn((context) => {
    context.beginPath();
    context.stroke();
    context.lineTo(1, 1);
    context.lineTo(2, 2);
    context.fill();
  });
  assert.deepEqual([area, more], ['<path d="M1 1L2 2" fill="#000"/>', []]);
});

test("a whole turn is two arcs, part of one is one, on the side it is drawn on", () => {
  const path = (...values) => drawn((context) => {
    context.beginPath();
    context.arc(...values);
    context.fill();
  })[0].match(/d="([^"]*)"/)[1];
  assert.equal(path(10, 10, 5, 0, 2 * Math.PI), "M15 10A5 5 0 0 1 5 10A5 5 0 0 1 15 10");
  assert.equal(path(10, 10, 5, 0, Math.PI / 2), "M15 10A5 5 0 0 1 10 15");
  assert.equal(path(10, 10, 5, 0, Math.PI / 2, true), "M15 10A5 5 0 0 0 6.46 6.46A5 5 0 0 0 10 15");
  assert.equal(path(10, 10, 5, 0, -Math.PI / 2), "M15 10A5 5 0 0 1 6.46 13.54A5 5 0 0 1 10 5");
});

test("an ellipse may be turned", () => {
  const [path] = drawn((context) => {
    context.beginPath();
    context.ellipse(10, 10, 4, 2, Math.PI / 2, 0, Math.PI);
    context.stroke();
  });
  assert.ok(path.startsWith('<path d="M10 14A4 2 90 0 1 10 6"'), path);
});

test("rectangles of negative size are drawn where a canvas draws them", () => {
  assert.deepEqual(
    drawn((context) => {
      context.fillRect(10, 20, -4, -6);
      context.strokeRect(1, 2, 3, 4);
      context.beginPath();
      context.rect(1, 2, 3, 4);
      context.fill();
    }),
    [
      '<rect x="6" y="14" width="4" height="6" fill="#000"/>', '<rect x="1" y="2" width="3" height="4" fill="none" stroke="#000"/>',
      '<path d="M1 2h3v4h-3Z" fill="#000"/>',
    ],
  );
});

test("what is nowhere is passed over, as a canvas does", () => {
  assert.deepEqual(
    drawn((context) => {
      context.beginPath();
      context.moveTo(NaN, 1);
      context.lineTo(1, Infinity);
      context.stroke();
      context.fillRect(NaN, 0, 1, 1);
      context.fillText("x", NaN, 1);
      context.globalAlpha = 0;
      context.fillRect(0, 0, 1, 1);
    }),
    [],
  );
});

test("a clip holds for all that follows, inside the clips before it, until the state is restored", () => {
  const lines = drawn((context) => {
    for (const [left, colour] of [[0, "#aaa"], [50, "#bbb"]]) {
      context.save();
      context.beginPath();
      context.rect(left, 0, 50, 100);
      context.clip();
      context.fillStyle = colour;
      context.save();
      context.beginPath();
      context.arc(left, 0, 5, 0, 7);
      context.clip();
      context.fillRect(left, 0, 1, 1);
      context.restore();
      context.fillRect(left, 0, 2, 2);
      context.restore();
    }
    context.fillRect(0, 0, 3, 3);
  });
  const open = lines.map((line) => line.replace(/ [xy]="\d+"| height="\d+"/g, "")).filter((line) => !line.includes("clipPath"));
  assert.deepEqual(open, [
    '<g clip-path="url(#p-1)">', '<g clip-path="url(#p-2)">', '<rect width="1" fill="#aaa"/>', "</g>", '<rect width="2" fill="#aaa"/>', "</g>",
    '<g clip-path="url(#p-3)">', '<g clip-path="url(#p-4)">', '<rect width="1" fill="#bbb"/>', "</g>", '<rect width="2" fill="#bbb"/>', "</g>",
    '<rect width="3" fill="#000"/>',
  ]);
  assert.ok(lines.join("").includes('<clipPath id="p-1"><path d="M0 0h50v100h-50Z"/></clipPath>'));
});

test("text is text, on the line that letters stand on", () => {
  assert.deepEqual(
    drawn((context) => {
      Object.assign(context, { font: '600 11px "A & B", sans-serif', fillStyle: "#abc", textAlign: "right", textBaseline: "middle" });
      context.fillText("V(s₀) < 1 & 2\u0007\ud800", 10, 20);
      Object.assign(context, { font: "11px serif", textAlign: "center", textBaseline: "alphabetic" });
      context.fillText("x", 1, 2);
    }),
    [
      '<text x="10" y="25" font-size="11" font-weight="600" font-family="&quot;A &amp; B&quot;, sans-serif" text-anchor="end" fill="#abc">V(s₀) &lt; 1 &amp; 2</text>',
      '<text x="1" y="2" font-size="11" font-family="serif" text-anchor="middle" fill="#abc">x</text>',
    ],
  );
  const context = svgContext(SIZE, ruler());
  context.font = "11px serif";
  assert.equal(context.measureText("four").width, 24);
});

test("colours with an opacity are split, for readers that know none", () => {
  assert.deepEqual(
    drawn((context) => {
      context.fillStyle = "rgba(11, 92, 173, 0.12)";
      context.globalAlpha = 0.5;
      context.fillRect(0, 0, 1, 1);
    }),
    ['<rect x="0" y="0" width="1" height="1" fill="#0b5cad" fill-opacity="0.06"/>'],
  );
});

test("a gradient lies along its line", () => {
  const lines = drawn((context) => {
    const ramp = context.createLinearGradient(4, 0, 84, 0);
    ramp.addColorStop(0, "#000");
    ramp.addColorStop(1 / 6, "rgba(255, 255, 255, 0.5)");
    context.fillStyle = ramp;
    context.fillRect(4, 0, 80, 8);
  });
  assert.deepEqual(lines, [
    '<defs><linearGradient id="p-1" gradientUnits="userSpaceOnUse" x1="4" y1="0" x2="84" y2="0"><stop offset="0" stop-color="#000"/>'
      + '<stop offset="0.16666666666666666" stop-color="#ffffff" stop-opacity="0.5"/></linearGradient></defs>',
    '<rect x="4" y="0" width="80" height="8" fill="url(#p-1)"/>',
  ]);
});

test("an image of few pixels keeps its edges", () => {
  const image = { toDataURL: (type) => `data:${type};base64,AA==` };
  assert.deepEqual(
    drawn((context) => {
      context.imageSmoothingEnabled = false;
      context.drawImage(image, 1, 2, 3, 4);
    }),
    ['<image x="1" y="2" width="3" height="4" preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,AA=="/>'],
  );
});

test("whatever else a context can do throws, so that no picture is exported with something missing", () => {
  const context = svgContext(SIZE, ruler());
  for (const part of ["quadraticCurveTo", "setTransform", "createPattern", "strokeText", "putImageData"]) assert.throws(() => context[part](), new RegExp(part));
  for (const part of ["shadowBlur", "filter", "globalCompositeOperation", "letterSpacing"]) assert.throws(() => (context[part] = "x"), new RegExp(part));
  assert.throws(() => context.drawImage({}, 1, 2), /without a size/);
  context.textAlign = "justify";
  assert.throws(() => context.fillText("x", 1, 2), /font|alignment/);
  assert.throws(() => Object.assign(context, { font: "italic 1em serif" }).fillText("x", 1, 2), /font/);
});

test("a state that is not restored leaves the file whole", () => {
  const context = svgContext(SIZE, ruler());
  context.save();
  context.beginPath();
  context.rect(0, 0, 1, 1);
  context.clip();
  const file = context.file(ABOUT);
  assert.equal(file.match(/<g[ >]/g).length, file.match(/<\/g>/g).length);
});
