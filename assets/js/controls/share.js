// The share dialog: the link to the moment that is shown, and what of the page it hides.

import { around, element } from "../lib/elements.js";
import { momentAddress } from "../lib/address.js";
import { PARTS } from "../lib/arrangement.js";
import { isOwnMachine } from "../lib/own_machine.js";
import { openableDialog } from "./dialog.js";
import { PictureFiles } from "../panels/picture_files.js";

/** Forms of an exported moment. */
const FILES = { html: "microscope (.html)", trace: "trace (.safetensors)", script: "program (.py)", parquet: "table (.parquet)", csv: "table (.csv)" };

/** The browser closes it on Escape, and gives the focus back where it was. */
export class ShareDialog {
  /**
   * @param {object} page
   * @param {() => Promise<string | null>} page.query of the link to the moment that is shown; null where there is none
   * @param {() => Record<string, any>} page.view what of the plan is looked at
   * @param {(step: number | null, form: string) => string} page.file the address of a step as a file; null for the one that is shown
   * @param {() => string | null} page.session without one, only the page's own address can be given
   * @param {import("../microscope.js").Microscope} page.microscope whose pictures can be kept
   * @param {import("../lib/lifetime.js").Lifetime} page.lifetime
   */
  constructor({ query, view, file, session, microscope, lifetime }) {
    this.query = query;
    this.view = view;
    this.file = file;
    this.session = session;
    this.opening = 0;
    this.alone = false;
    /** @type {string | null} */
    this.link = null;
    this.field = element("input", "share-link");
    this.field.readOnly = true;
    this.field.setAttribute("aria-label", "Link");
    this.copy = element("button", "share-copy", "copy");
    this.copy.type = "button";
    this.note = element("p", "hint share-note");
    this.note.setAttribute("role", "status");
    this.boxes = PARTS.map(({ name, label }) => {
      const box = element("input");
      Object.assign(box, { type: "checkbox", name, checked: true });
      return { name, box, label: around("label", "share-panel", box, label) };
    });
    this.files = Object.entries(FILES).map(([form, label]) => {
      const link = element("a", "page-link", label);
      link.download = "";
      return { form, link };
    });
    this.panels = around("fieldset", "share-panels", element("legend", "", "The link shows"), ...this.boxes.map(({ label }) => label));
    this.filesRow = around("p", "share-files", "As a file: ", ...this.files.map(({ link }) => link));
    this.pictures = new PictureFiles(microscope, lifetime);
    this.element = this.build(lifetime);
    lifetime.listen(this.copy, "click", () => this.copyLink());
    for (const { box } of this.boxes) lifetime.listen(box, "change", () => this.write());
  }

  build(lifetime) {
    const content = [
      element("p", "", "Whoever opens the link sees this plan: the same checkpoint, planner, settings, seed, step and actions."),
      around("div", "share-row", this.field, this.copy),
      this.note,
      ...(isOwnMachine(location.hostname) ? [element("p", "hint share-own", "The address is of this machine. To others, send the file “microscope”, which needs no server.")] : []),
      this.panels,
      this.filesRow,
      this.pictures.element,
    ];
    return openableDialog({ id: "share", label: "Share", title: "Share this moment", content, lifetime });
  }

  async toggle() {
    if (this.element.open) return this.element.close();
    const hidden = `${this.view().hide ?? ""}`.split(",");
    for (const { name, box } of this.boxes) box.checked = !hidden.includes(name);
    const opening = ++this.opening;
    this.link = null;
    this.alone = this.session() === null;
    this.filesRow.hidden = this.panels.hidden = this.alone;
    this.writeFiles(null);
    this.pictures.show();
    this.write();
    this.note.textContent = "…";
    this.element.showModal();
    if (this.alone) return this.writeAlone();
    const link = await this.query();
    if (opening !== this.opening) return;
    this.link = link;
    // All of one moment, also while playing.
    if (link !== null) this.writeFiles(Number(new URLSearchParams(link).get("step")));
    this.write();
    if (this.link !== null) this.field.select();
  }

  /** The recorded plan of a checkpoint is where the address of the page leads. */
  writeAlone() {
    this.note.textContent = "The address leads to this recorded plan. Files can be made of live plans only.";
    this.copy.disabled = false;
    this.field.value = location.href;
    this.field.select();
  }

  writeFiles(step) {
    for (const { form, link } of this.files) link.href = this.file(step, form);
  }

  /** The link as it is with what is hidden now. */
  write() {
    if (this.alone) return this.writeAlone();
    this.note.textContent = this.link === null ? "There is no link to this moment: so many actions led here that it would be too long, or the server does not answer. A file can be kept." : "";
    this.copy.disabled = this.link === null;
    const hide = this.boxes.filter(({ box }) => !box.checked).map(({ name }) => name).join(",");
    this.field.value = this.link === null ? "" : momentAddress(location.href, this.link, { ...this.view(), hide });
  }

  async copyLink() {
    try {
      await navigator.clipboard.writeText(this.field.value);
      this.note.textContent = "Copied.";
    } catch {
      // Pages that are not served securely may not write to the clipboard.
      this.field.select();
      this.note.textContent = "Press ctrl-c to copy the link.";
    }
  }
}
