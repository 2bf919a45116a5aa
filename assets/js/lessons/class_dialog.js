// The dialog of a class: the link that others follow, as text and as a code to point a phone at, and the presenter's own remote.

import { around, element } from "../lib/elements.js";
import { isOwnMachine } from "../lib/own_machine.js";
import { openableDialog } from "../controls/dialog.js";

export class ClassDialog {
  /**
   * @param {object} page
   * @param {import("../source/api.js").Api} page.api
   * @param {import("./classroom.js").Classroom} page.classroom
   * @param {() => string | null} page.session
   * @param {() => void} page.remote opens the remote
   * @param {import("../lib/lifetime.js").Lifetime} page.lifetime
   */
  constructor({ api, classroom, session, remote, lifetime }) {
    this.api = api;
    this.classroom = classroom;
    this.session = session;
    this.field = Object.assign(element("input", "share-link"), { readOnly: true });
    this.field.setAttribute("aria-label", "Link for the class");
    this.copy = Object.assign(element("button", "share-copy", "copy"), { type: "button" });
    this.code = Object.assign(element("img", "class-code"), { alt: "The link as a QR code" });
    this.note = element("p", "hint");
    this.note.setAttribute("role", "status");
    this.begin = Object.assign(element("button", "share-copy class-begin"), { type: "button" });
    this.remote = Object.assign(element("button", "share-copy", "open the remote"), { type: "button", title: "A second window with the notes of each step, for the presenter alone" });
    this.element = openableDialog({
      id: "class", label: "Class", title: "Show this lesson to a class", lifetime,
      content: [
        element("p", "", "Whoever opens the link follows your step and your cursor, may look around alone, and answers the predictions with the others. You alone have the controls while you present. Nobody sees who answered what."),
        around("div", "share-row", this.field, this.copy), this.note, this.code, around("div", "share-row", this.begin, this.remote),
      ],
    });
    lifetime.listen(this.begin, "click", () => {
      classroom.present(!classroom.presenting);
      this.write();
    });
    lifetime.listen(this.remote, "click", remote);
    lifetime.listen(this.copy, "click", async () => {
      this.field.select();
      try {
        await navigator.clipboard.writeText(this.field.value);
        this.note.textContent = "Copied.";
      } catch {
        this.note.textContent = "Copy it with the keyboard: it is selected.";
      }
    });
  }

  async toggle() {
    if (this.element.open) return this.element.close();
    this.element.showModal();
    this.write();
    try {
      const { view_token: token = null } = await this.api.access();
      this.writeLink(token);
    } catch (error) {
      this.note.textContent = `There is no link yet: ${/** @type {Error} */ (error).message}.`;
    }
  }

  /** @param {string | null} token of those who look on; null without one */
  writeLink(token) {
    const url = new URL(location.href);
    const own = this.api.token;
    url.search = `${new URLSearchParams({ session: this.session() ?? "", ...(token ?? own ? { token: token ?? own ?? "" } : {}) })}`;
    url.hash = "";
    this.field.value = url.href;
    this.code.src = this.api.qrUrl(url.href);
    this.note.textContent = isOwnMachine(url.hostname)
      ? "This address reaches only this computer. For others start the server with --host (docs/operations.md)."
      : token ? "The link lets others look, not touch." : "Without a view token whoever opens the link can take the controls when you end the presentation (docs/operations.md).";
  }

  write() {
    this.begin.textContent = this.classroom.presenting ? "end the presentation" : "begin to present";
  }
}
