// Plans that were kept as files: a microscope (.html) holds its drawing, a trace (.safetensors) is drawn by the server.

const FORMS = "a microscope (.html) or a trace (.safetensors) that was saved here";

/**
 * The drawing of a kept plan.
 * @param {File} file
 * @param {import("./api.js").Api} api
 * @returns {Promise<ArrayBuffer>}
 * @throws {Error} where the file holds no plan; the message says what would be right
 */
export async function drawingOfFile(file, api) {
  if (/\.html?$/i.test(file.name)) return drawingInPage(await file.text(), file.name);
  if (/\.safetensors$/i.test(file.name)) return api.drawTrace(file);
  throw new Error(`“${file.name}” is not ${FORMS}`);
}

/**
 * The drawing that a microscope in one file holds. Nothing of the file is run.
 * @param {string} text of the document
 * @param {string} name of the file
 */
function drawingInPage(text, name) {
  const [, kept] = /<script type="application\/octet-stream" id="record">([A-Za-z0-9+/=\s]+)<\/script>/.exec(text) ?? [];
  if (!kept) throw new Error(`“${name}” holds no plan: choose ${FORMS}`);
  return Uint8Array.from(atob(kept), (character) => character.charCodeAt(0)).buffer;
}
