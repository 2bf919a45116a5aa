// The drawings of a small plan and a small tree for the tests, as the server makes them (tests/backend/test_drawing.py and test_tree_drawing.py
// say what is in them), and a way to write others.

import { readFileSync } from "node:fs";

import { decode } from "../../assets/js/decode.js";

const DTYPES = { I32: Int32Array, F32: Float32Array, F64: Float64Array, BOOL: Uint8Array, U8: Uint8Array, I16: Int16Array, U16: Uint16Array, F16: Uint16Array };

/** safetensors bytes of {name: [dtype, shape, values]}; every array starts at a multiple of `align`. */
export function encode(arrays, metadata = {}, align = 8) {
  const header = { __metadata__: { schema: "twistscope.drawing/1", ...metadata } };
  let offset = 0;
  for (const [name, [dtype, shape, values]] of Object.entries(arrays)) {
    const bytes = values.length * DTYPES[dtype].BYTES_PER_ELEMENT;
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes] };
    offset += Math.ceil(bytes / align) * align;
  }
  let text = JSON.stringify(header);
  text = text.padEnd(Math.ceil(text.length / 8) * 8);
  const buffer = new ArrayBuffer(8 + text.length + offset);
  new DataView(buffer).setBigUint64(0, BigInt(text.length), true);
  new Uint8Array(buffer).set(new TextEncoder().encode(text), 8);
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

export const sampleMetadata = fixture().metadata;
