// A small trace for the tests, written as the server writes one.

const DTYPES = { I32: Int32Array, F32: Float32Array, BOOL: Uint8Array, F16: Uint16Array };

/** safetensors bytes of {name: [dtype, shape, values]}; every array starts at a multiple of `align`. */
export function encode(arrays, metadata = {}, align = 8) {
  const header = { __metadata__: { schema: "twistscope.trace/1", ...metadata } };
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

/**
 * Three levels of four particles over two root actions, with everything that can happen to one:
 * particle 3 ends at level 0 and is revived from the root at level 1; 0 ends at level 1 and stays; after level 1 slots 1 and 2 come from 1.
 */
export function sampleArrays() {
  const grid = (dtype, values) => [dtype, [3, 4], values];
  return {
    parent: grid("I32", [-1, -1, -1, -1, 0, 1, 2, -1, 4, 5, 5, 7]),
    ancestor: grid("I32", [0, 1, 2, 3, 0, 1, 1, 3, 0, 1, 2, 3]),
    branch: grid("I32", [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 1, 3]),
    depth: grid("I32", [0, 0, 0, 0, 1, 1, 1, 0, 2, 2, 2, 1]),
    action: grid("I32", [0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1]),
    alive: grid("BOOL", [1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1]),
    terminal: grid("BOOL", [0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0]),
    revived: grid("BOOL", [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
    log_weight: grid("F32", [0, 0, 0, 0, 0, Math.log(3), 0, -Infinity, 0, 0, 0, 0]),
    log_prior: grid("F32", Array(12).fill(Math.log(0.5))),
    log_proposal: grid("F32", Array(12).fill(Math.log(0.25))),
    reward: grid("F32", [1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1]),
    continuation: grid("F32", [1, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1]),
    value: grid("F32", Array(12).fill(10)),
    next_value: grid("F32", [10, 10, 10, 0, 0, 12, 10, 10, 0, 10, 10, 10]),
    kl: grid("F32", [0.1, 0.2, 0.3, 0.4, 0.1, 0.1, 0.1, 0.1, 9, 0.2, 0.2, 0.2]),
    kl_bound: grid("F32", Array(12).fill(0.5)),
    temperature: grid("F32", [1, 10, 100, Infinity, 1, 1, 1, 1, 1, 1, 1, 1]),
    position: ["F32", [3, 4, 2], Array.from({ length: 24 }, (_, index) => index / 24)],
    root_position: ["F32", [2], [0, 0]],
    resampled: ["BOOL", [3], [0, 1, 0]],
    ess: ["F32", [3], [4, 2.5, 4]],
    log_evidence: ["F32", [3], [0, 0.5, 0.75]],
    root_action: ["I32", [4], [0, 0, 1, 1]],
    root_prior: ["F32", [3], [0.5, 0.25, 0.25]],
    root_proposal: ["F32", [3], [0.5, 0.5, 0]],
    root_policy: ["F32", [3], [0.75, 0.25, 0]],
    root_q: ["F32", [3], [11, 10, NaN]],
    root_visits: ["I32", [3], [2, 2, 0]],
    root_value: ["F32", [], [10]],
    value_target: ["F32", [], [10.75]],
    chosen_action: ["I32", [], [0]],
  };
}

export const sampleMetadata = {
  frame: "7", revision: "3", step: "12", furthest: "20", plan_ms: "4.5", environment: "CartPole-v1", playing: "false",
  actions: JSON.stringify(["left", "right", "<stay>"]),
  settings: JSON.stringify({ reward_temperature: 2, discount: 0.5, advantage: true, resampling_rule: "ess", ess_threshold: 0.5, act: "argmax" }),
};
