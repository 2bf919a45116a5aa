// The drawings of a small plan and a small tree for the tests, as the server makes them (tests/backend/test_drawing.py and test_tree_drawing.py
// say what is in them), and a way to write others.

import { readFileSync } from "node:fs";

import { decode } from "../../assets/js/frame/decode.js";

const DTYPES = { I32: Int32Array, F32: Float32Array, F64: Float64Array, BOOL: Uint8Array, U8: Uint8Array, I16: Int16Array, U16: Uint16Array, F16: Uint16Array, I64: BigInt64Array };

/** safetensors bytes of {name: [dtype, shape, values]}; every array starts at a multiple of `align`. */
export function encode(arrays, metadata = {}, align = 8) {
  const header = { __metadata__: { schema: "twistscope.drawing/1", ...metadata } };
  let offset = 0;
  for (const [name, [dtype, shape, values]] of Object.entries(arrays)) {
    const bytes = values.length * DTYPES[dtype].BYTES_PER_ELEMENT;
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes] };
    offset += Math.ceil(bytes / align) * align;
  }
  const bare = new TextEncoder().encode(JSON.stringify(header));
  const text = new Uint8Array(Math.ceil(bare.length / 8) * 8).fill(" ".charCodeAt(0));
  text.set(bare);
  const buffer = new ArrayBuffer(8 + text.length + offset);
  new DataView(buffer).setBigUint64(0, BigInt(text.length), true);
  new Uint8Array(buffer).set(text, 8);
  for (const [name, [dtype, , values]] of Object.entries(arrays)) {
    const bytes = new Uint8Array(DTYPES[dtype].from(values).buffer);
    new Uint8Array(buffer).set(bytes, 8 + text.length + header[name].data_offsets[0]);
  }
  return buffer;
}

const bytesOf = (name) => {
  const bytes = readFileSync(new URL(name, import.meta.url));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
};

const fixture = () => decode(bytesOf("drawing.safetensors"));

export const sampleTree = () => bytesOf("tree.safetensors");

/** Its arrays as `encode` takes them: {name: [dtype, shape, values]}. */
export function sampleArrays() {
  const typeOf = (data) => Object.keys(DTYPES).find((name) => DTYPES[name] === data.constructor) ?? "F32";
  return Object.fromEntries(Object.entries(fixture().arrays).map(([name, { data, shape }]) => [name, [typeOf(data), shape, data]]));
}

export const sampleMetadata = {
  ...fixture().metadata,
  weight_parts: '["log π − log q", "reward", "value difference"]',
  variance_objections: '["resampling is not multinomial", "dead particles are revived"]',
};

/** The sample as if its three actions were atoms of a continuous one, with bytes and all. */
export function continuousSample() {
  const arrays = Object.fromEntries(Object.entries(sampleArrays()).filter(([name]) => !name.startsWith("exact/")));
  const own = {
    root_atoms: ["F32", [3, 1], [-1.5, 0.25, 1.25]], root_gaussian: ["F32", [2, 1], [0.5, 1]], chosen_action: ["F32", [1], [-1.5]], chosen_atom: ["I32", [], [0]],
    "lineage/action": ["F32", [2, 1], [-1.5, 0.004]],
  };
  return encode({ ...arrays, ...own }, { ...sampleMetadata, actions: '["torque"]', action_bounds: "[[-2, 2]]" });
}

/** A theme for tests: every colour is another text. */
export const THEME = {
  hues: ["#000001", "#000002", "#000003"], ramp: Array.from({ length: 64 }, (_, step) => `ramp ${step}`), policies: ["#a", "#b", "#c"], ink: "#111",
  muted: "#222", grid: "#333", paper: "#444", truth: "#555", accent: "#666", family: "sans-serif",
};
