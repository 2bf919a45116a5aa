// Opens a microscope on one kept plan, without a server: for pages that hold the bytes of a drawing themselves.

import { Microscope } from "./microscope.js";
import { RecordSource } from "./source/record.js";

/**
 * Shows a record.
 * @param {HTMLElement} root
 * @param {ArrayBuffer} bytes a drawing; with a complete one every particle's numbers can be seen
 * @param {import("./microscope.js").MicroscopeOptions} [options]
 * @returns {Microscope}
 */
export function show(root, bytes, options = {}) {
  return new Microscope(root, new RecordSource(bytes), { keys: document, ...options });
}
