// Buttons that keep the pictures of a microscope as files: a row for each picture, with its forms.

import { captions } from "../frame/captions.js";
import { around, element } from "../lib/elements.js";
import { fileName, FORMS, KEPT, keptNow, pngOf, svgOf } from "../pictures/files.js";

// Browsers read a file some time after they were asked to keep it.
const READ_BY = 10_000;

export class PictureFiles {
  /**
   * @param {import("../microscope.js").Microscope} microscope
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   */
  constructor(microscope, lifetime) {
    this.microscope = microscope;
    this.note = element("p", "picture-files-note");
    this.note.setAttribute("role", "status");
    this.rows = KEPT.map((name) => {
      const title = element("span", "");
      const buttons = FORMS.map((form) => {
        const button = element("button", "", form.toUpperCase());
        button.type = "button";
        button.dataset.picture = `${form}:${name}`;
        lifetime.listen(button, "click", () => this.keep(name, form));
        return button;
      });
      return { name, title, buttons, row: around("div", "picture-file", title, ...buttons) };
    });
    this.element = around("fieldset", "picture-files", element("legend", "", "Pictures"), ...this.rows.map(({ row }) => row), this.note);
  }

  /** Names the pictures as the page does; only those that are shown can be kept. */
  show() {
    const { titles } = captions(this.microscope.frame);
    const now = keptNow(this.microscope);
    this.note.textContent = "";
    for (const { name, title, buttons } of this.rows) {
      title.textContent = titles[name];
      for (const button of buttons) {
        button.disabled = !now.includes(name);
        button.setAttribute("aria-label", `${titles[name]} as ${button.textContent}`);
      }
    }
  }

  async keep(name, form) {
    try {
      this.note.textContent = "";
      download(await blobOf(this.microscope, name, form), fileName(this.microscope.frame, name, form));
    } catch (error) {
      this.note.textContent = `The picture cannot be kept. ${/** @type {Error} */ (error).message}`;
    }
  }
}

async function blobOf(microscope, name, form) {
  if (form === "svg") return new Blob([svgOf(microscope, name)], { type: "image/svg+xml" });
  const canvas = await pngOf(microscope, name);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("It is too large."))), "image/png"));
}

function download(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = element("a");
  Object.assign(link, { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), READ_BY);
}
