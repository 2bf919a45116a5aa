// A message of the live link (safetensors) as typed arrays over the received bytes, without copying where alignment allows it.

const VIEWS = {
  F64: Float64Array, F32: Float32Array, I32: Int32Array, U32: Uint32Array, I16: Int16Array, U16: Uint16Array,
  I8: Int8Array, U8: Uint8Array, BOOL: Uint8Array, I64: BigInt64Array, U64: BigUint64Array, F16: globalThis.Float16Array,
};
export const DRAWING = "twistscope.drawing/1";
export const SEEDS = "twistscope.seeds/1";
const text = new TextDecoder();

/**
 * Arrays and metadata of one drawing, or of another container of this schema.
 * @param {ArrayBuffer} buffer
 * @returns {{metadata: Record<string, string>, arrays: Record<string, {data: any, shape: number[]}>}}
 * @throws {Error} when the bytes are not a drawing this page can read.
 */
export function decode(buffer, schema = DRAWING) {
  if (buffer.byteLength < 8) throw new Error(`A drawing has at least 8 bytes, these are ${buffer.byteLength}.`);
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  if (length > buffer.byteLength - 8) throw new Error(`The drawing is cut off: a header of ${length} bytes in ${buffer.byteLength}.`);
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(text.decode(new Uint8Array(buffer, 8, length)));
  checkSchema(metadata, schema);
  /** @type {Record<string, {data: any, shape: number[]}>} */
  const arrays = {};
  for (const [name, entry] of Object.entries(entries)) arrays[name] = { data: view(buffer, 8 + length, name, entry), shape: entry.shape };
  return { metadata, arrays };
}

/** Which frame it was goes with the error: it has to be acknowledged all the same. */
function checkSchema({ schema, frame }, wanted) {
  const major = (name) => String(name).split(".").slice(0, 2).join(".");
  if (major(schema) === major(wanted)) return;
  const reason = `This page reads ${wanted}, it is ${schema ?? "of no named schema"}.`;
  throw Object.assign(new Error(reason), { frame: Number(frame) });
}

function view(buffer, start, name, { dtype, shape, data_offsets: [from, to] }) {
  const count = shape.reduce((product, size) => product * size, 1);
  if (start + to > buffer.byteLength) throw new Error(`The drawing is cut off inside ${name}.`);
  if (dtype === "F16" && !VIEWS.F16) return halves(view(buffer, start, name, { dtype: "U16", shape, data_offsets: [from, to] }));
  const View = VIEWS[dtype];
  if (!View) throw new Error(`${name} has the type ${dtype}, which this page cannot read.`);
  if (count * View.BYTES_PER_ELEMENT !== to - from) throw new Error(`${name} has ${to - from} bytes for the shape [${shape}].`);
  if ((start + from) % View.BYTES_PER_ELEMENT === 0) return new View(buffer, start + from, count);
  return new View(buffer.slice(start + from, start + to));
}

/** Half-precision bits as numbers, for browsers without a Float16Array. */
export const halves = (bits) => Float32Array.from(bits, halfValue);

function halfValue(half) {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -14 * (fraction / 1024);
}
