// Opens a microscope on one kept plan, without a server: for pages that hold the bytes of a drawing themselves.

import { followBackdrop } from "./lib/backdrop.js";
import { readFrame } from "./frame/frame.js";
import { element } from "./lib/elements.js";
import { Microscope } from "./microscope.js";
import { PictureFiles } from "./panels/picture_files.js";
import { pngOf, svgOf } from "./pictures/files.js";
import { RecordSource } from "./source/record.js";

const ASKED = /^#export=(svg|png):(\w+)$/;

/**
 * Shows a record.
 * @param {HTMLElement} root
 * @param {ArrayBuffer} bytes a drawing; with a complete one every particle's numbers can be seen
 * @param {import("./microscope.js").MicroscopeOptions & {pinned?: ArrayBuffer}} [options] `pinned` is the drawing of a plan that is pinned as A; empty
 *   for none
 * @returns {Microscope}
 */
export function show(root, bytes, { pinned, ...options } = {}) {
  const microscope = new Microscope(root, new RecordSource(bytes), { keys: document, ...options });
  if (pinned?.byteLength) microscope.pin(readFrame(pinned));
  const made = element("span", "made-of", "");
  microscope.foot.append(made, ...pictureDialog(microscope));
  const named = microscope.onFrame((frame) => {
    named();
    made.textContent = madeOf(frame);
  });
  const asked = ASKED.exec(location.hash);
  if (asked) answer(microscope, asked[1], asked[2]);
  return microscope;
}

/** Planner, checkpoint or environment, step and seed, as `Record.title` says them; pure. */
const madeOf = ({ planner, checkpoint, environment, step, seed }) => `${planner} on ${checkpoint || environment}, step ${step}, seed ${seed}`;

/** A button, and the dialog that it opens. */
function pictureDialog(microscope) {
  const { lifetime } = microscope;
  const files = new PictureFiles(microscope, lifetime);
  const [open, dialog] = [element("button", "pictures-open", "save pictures"), element("dialog", "pictures-dialog")];
  open.type = "button";
  dialog.setAttribute("aria-label", "Save pictures");
  dialog.append(files.element);
  followBackdrop(dialog, dialog, () => dialog.close(), lifetime);
  lifetime.listen(open, "click", () => {
    files.show();
    dialog.showModal();
  });
  return [open, dialog];
}

/** Writes the picture that the address asks for (`#export=svg:genealogy`) into the document, for programs that read it there. */
function answer(microscope, form, name) {
  const end = microscope.onFrame(async () => {
    end();
    const written = element("pre");
    written.id = "export";
    try {
      written.textContent = form === "svg" ? svgOf(microscope, name) : (await pngOf(microscope, name)).toDataURL("image/png");
      written.dataset.form = form;
    } catch (error) {
      written.dataset.form = "failed";
      written.textContent = /** @type {Error} */ (error).message;
    }
    document.body.append(written);
  });
}
