import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, halves } from "../../../assets/js/frame/decode.js";
import { encode, sampleArrays, sampleMetadata } from "../drawing.mjs";

test("arrays are views over the received bytes", () => {
  const buffer = encode(sampleArrays(), sampleMetadata);
  const { arrays, metadata } = decode(buffer);
  assert.equal(metadata.frame, "7");
  assert.deepEqual(arrays.place.shape, [12, 2]);
  assert.deepEqual([...arrays.parent.data.slice(0, 5)], [-1, -1, -1, -1, 0]);
  for (const { data } of Object.values(arrays)) assert.equal(data.buffer, buffer);
});

test("a misaligned array is copied and read all the same", () => {
  const { arrays } = decode(encode({ flag: ["BOOL", [3], [1, 0, 1]], value: ["F32", [2], [1.5, -2]] }, {}, 1));
  assert.deepEqual([...arrays.value.data], [1.5, -2]);
});

test("half precision reads as numbers", () => {
  const [bits, numbers] = [[0x3c00, 0xc000, 0x0000, 0x7c00, 0x7e00, 0x0001, 0x3555], [1, -2, 0, Infinity, NaN, 2 ** -24, 1365 / 4096]];
  const { arrays } = decode(encode({ half: ["F16", [7], bits] }));
  assert.deepEqual([...arrays.half.data], numbers);
  assert.deepEqual([...halves(Uint16Array.from(bits))], numbers);
});

test("what cannot be read is refused with the reason", () => {
  const good = encode(sampleArrays());
  assert.throws(() => decode(good.slice(0, 4)), /at least 8 bytes/);
  assert.throws(() => decode(good.slice(0, 100)), /cut off/);
  assert.throws(() => decode(good.slice(0, good.byteLength - 16)), /cut off inside/);
  assert.throws(() => decode(encode({}, { schema: "twistscope.drawing/2" })), /reads twistscope.drawing\/1, it is twistscope.drawing\/2/);
  const trace = encode({}, { schema: "twistscope.trace/1", frame: "9" });
  assert.throws(() => decode(trace), (error) => /trace\/1/.test(error.message) && error.frame === 9);
});

test("a later minor schema is read", () => {
  assert.equal(decode(encode({}, { schema: "twistscope.drawing/1.3" })).metadata.schema, "twistscope.drawing/1.3");
});
