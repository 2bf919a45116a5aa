// A canvas context that writes down what is drawn on it. Texts are measured by the number of their letters.

const LETTER = 6;

/** The context, with `texts` as {text, x, y, align, width} and `calls` as the names of what was called. */
export function recordingContext() {
  const texts = [];
  const calls = [];
  const own = { texts, calls, textAlign: "left" };
  const measure = (text) => ({ width: LETTER * Array.from(text).length });
  return new Proxy(own, {
    get(target, name) {
      if (name in target) return target[name];
      if (name === "measureText") return measure;
      return (...values) => {
        calls.push(name);
        if (name === "fillText") texts.push({ text: values[0], x: values[1], y: values[2], align: target.textAlign, width: measure(values[0]).width });
        return { addColorStop() {}, data: { buffer: new ArrayBuffer(0) } };
      };
    },
    set(target, name, value) {
      target[name] = value;
      return true;
    },
  });
}

/** From where to where a text goes. */
export function spanOf({ x, align, width }) {
  const from = { left: x, right: x - width, center: x - width / 2 }[align];
  return [from, from + width];
}
