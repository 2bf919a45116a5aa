import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeTrace } from "../../assets/js/decode.js";
import { encode, sampleArrays, sampleMetadata } from "./trace.mjs";

test("arrays are views over the received bytes", () => {
  const buffer = encode(sampleArrays(), sampleMetadata);
  const { arrays, metadata } = decodeTrace(buffer);
  assert.equal(metadata.frame, "7");
  assert.deepEqual(arrays.parent.shape, [3, 4]);
  assert.deepEqual([...arrays.parent.data.slice(0, 5)], [-1, -1, -1, -1, 0]);
  for (const { data } of Object.values(arrays)) assert.equal(data.buffer, buffer);
});

test("a misaligned array is copied and read all the same", () => {
  const { arrays } = decodeTrace(encode({ flag: ["BOOL", [3], [1, 0, 1]], value: ["F32", [2], [1.5, -2]] }, {}, 1));
  assert.deepEqual([...arrays.value.data], [1.5, -2]);
});

test("half precision reads as numbers", () => {
  const { arrays } = decodeTrace(encode({ half: ["F16", [6], [0x3c00, 0xc000, 0x0000, 0x7c00, 0x7e00, 0x0001]] }));
  assert.deepEqual([...arrays.half.data], [1, -2, 0, Infinity, NaN, Math.fround(2 ** -24)]);
});

test("what cannot be read is refused with the reason", () => {
  const good = encode(sampleArrays());
  assert.throws(() => decodeTrace(good.slice(0, 4)), /at least 8 bytes/);
  assert.throws(() => decodeTrace(good.slice(0, 100)), /cut off/);
  assert.throws(() => decodeTrace(good.slice(0, good.byteLength - 16)), /cut off inside/);
  assert.throws(() => decodeTrace(encode({}, { schema: "twistscope.trace/2" })), /reads twistscope.trace\/1, the trace is twistscope.trace\/2/);
});

test("a later minor schema is read", () => {
  assert.equal(decodeTrace(encode({}, { schema: "twistscope.trace/1.3" })).metadata.schema, "twistscope.trace/1.3");
});
