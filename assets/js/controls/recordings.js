// The recordings dialog: records the session that is shown, and lists what was recorded, to be replayed, renamed, deleted, kept as a file or taken in.

import { openableDialog } from "./dialog.js";
import { duration } from "../checkpoints/cards.js";
import { linkTo } from "../lib/address.js";
import { around, element } from "../lib/elements.js";
import { count, number } from "../lib/format.js";
import { ScenePicture } from "../pictures/scene_canvas.js";

const RECORDING = ".twistscope";
const PLANS = [".html", ".safetensors"];

/** "2.35 MB" of a number of bytes; pure. */
export function sizeText(bytes) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${number(value)} ${units[power]}`;
}

/** The facts about a recording in one line; pure. */
export const recordingFacts = ({ frames, seconds, bytes, checkpoint, live }) =>
  [live ? "being recorded" : duration(seconds), count(frames, "frame"), sizeText(bytes), checkpoint].filter(Boolean).join(" · ");

export class RecordingsDialog {
  /**
   * @param {object} page
   * @param {import("../source/api.js").Api} page.api
   * @param {() => string | null} page.session the session that is shown
   * @param {() => any} page.theme
   * @param {(file: File) => void} page.pinFile pins the plan of a file as A
   * @param {(text: string) => void} page.say tells the person
   * @param {import("../lib/lifetime.js").Lifetime} page.lifetime
   */
  constructor({ api, session, theme, pinFile, say, lifetime }) {
    this.api = api;
    this.session = session;
    this.theme = theme;
    this.pinFile = pinFile;
    this.say = say;
    /** The recording of this session, as the server says. @type {any} */
    this.recording = null;
    this.toggleButton = element("button", "record-toggle", "record this session");
    this.toggleButton.type = "button";
    this.kept = element("span", "record-kept");
    this.kept.setAttribute("role", "status");
    this.list = element("ul", "recordings-list");
    this.note = element("p", "hint recordings-note");
    this.note.setAttribute("role", "status");
    this.file = Object.assign(element("input"), { type: "file", accept: [RECORDING, ...PLANS].join() });
    this.file.setAttribute("aria-label", "Take in a file of a recording, or of a plan to compare with");
    this.element = this.build(lifetime);
    lifetime.listen(this.toggleButton, "click", () => this.toggleRecording());
    lifetime.listen(this.file, "change", async () => {
      const [file] = this.file.files ?? [];
      if (file) await this.takeIn(file);
      this.file.value = "";
    });
  }

  build(lifetime) {
    const content = [
      around("p", "record-row", this.toggleButton, this.kept),
      this.list,
      this.note,
      around("p", "recordings-upload", "Take in a file, a recording or a plan to compare with: ", this.file),
    ];
    return openableDialog({ id: "recordings", label: "Recordings", title: "Recordings", content, lifetime });
  }

  toggle() {
    if (this.element.open) return this.element.close();
    this.element.showModal();
    this.refresh();
  }

  /** Shows the state of this session's recording, as the server says it. */
  follow(recording) {
    const ended = this.recording && !this.recording.ended && recording?.ended;
    this.recording = recording;
    const live = !!recording && !recording.ended;
    this.toggleButton.textContent = live ? "stop recording" : "record this session";
    this.kept.textContent = recording ? `${count(recording.frames, "frame")} kept` : "";
    if (recording?.detail) this.say(recording.detail);
    if (ended && this.element.open) this.refresh();
  }

  async toggleRecording() {
    const id = this.session();
    if (!id) return;
    await this.attempt(async () => {
      if (this.recording && !this.recording.ended) await this.api.stopRecording(id);
      else await this.api.record(id);
      await this.refresh();
    });
  }

  /** Keeps a recording, or pins a plan as A. @param {File} file */
  async takeIn(file) {
    if (!file.name.toLowerCase().endsWith(RECORDING)) {
      this.element.close();
      return this.pinFile(file);
    }
    if (!this.element.open) this.toggle();
    this.note.textContent = `Taking in ${file.name} …`;
    await this.attempt(async () => {
      const { title, frames } = await this.api.upload(file);
      await this.refresh();
      this.note.textContent = `Taken in: ${title}, ${count(frames, "frame")}.`;
    });
  }

  async refresh() {
    await this.attempt(async () => {
      const { recordings, damaged, bytes, max_bytes } = await this.api.recordings();
      // A title that is being typed is not taken away; the list is made anew when it is done.
      if (this.list.querySelector(".recording-name:not([data-done])")) return;
      this.list.replaceChildren(...recordings.map((each) => this.item(each)), ...damaged.map((each) => this.damagedItem(each)));
      for (const canvas of this.list.querySelectorAll("canvas")) /** @type {any} */ (canvas).picture.paint();
      const room = `They take ${sizeText(bytes)} of the ${sizeText(max_bytes)} they may.`;
      this.note.textContent = recordings.length || damaged.length ? room : "Nothing has been recorded yet.";
    });
  }

  item(recording) {
    const { id, title, live, scene, created, planner, environment } = recording;
    const canvas = /** @type {any} */ (element("canvas", "recording-picture"));
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", scene?.caption ? `The first state: ${scene.caption}` : "no picture");
    canvas.picture = new ScenePicture(canvas, this.theme);
    canvas.picture.scene = scene;
    const replay = element("a", "recording-title", title);
    replay.href = linkTo("/", "", { recording: id });
    replay.title = "Replay";
    const file = (text, href, title) => Object.assign(element("a", "page-link", text), { href, title, download: "" });
    const files = [
      file("file", this.api.recordingUrl(id), "The recording as one file, to be taken in elsewhere"),
      ...(recording.frames ? /** @type {const} */ (["parquet", "csv"]).map((form) => file(form, this.api.recordingTableUrl(id, form), `The particles of all frames as one table, ${form}`)) : []),
    ];
    const facts = element("span", "hint recording-facts", recordingFacts(recording));
    facts.title = `${created} · ${planner} · ${environment}`;
    const buttons = around("span", "recording-buttons", ...files, this.button("rename", () => this.rename(item, recording)), ...(live ? [] : [this.button("delete", () => this.remove(item, recording))]));
    const item = around("li", "recording", canvas, around("div", "recording-words", replay, facts, buttons));
    item.dataset.recording = id;
    return item;
  }

  damagedItem({ id, detail }) {
    const item = around("li", "recording", around("div", "recording-words", element("span", "", `damaged: ${id}`), element("span", "hint", detail), this.button("delete", () => this.remove(item, { id, title: id }))));
    return item;
  }

  button(text, act) {
    const button = element("button", "quiet", text);
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  }

  rename(item, { id, title }) {
    const field = Object.assign(element("input", "recording-name"), { value: title, maxLength: 120 });
    field.setAttribute("aria-label", "Title");
    const shown = item.querySelector(".recording-title");
    shown.replaceWith(field);
    field.select();
    let done = false;
    const end = async (keep) => {
      if (done) return;
      done = true;
      field.dataset.done = "";
      const refused = keep && field.value !== title && !(await this.attempt(() => this.api.renameRecording(id, field.value)));
      const said = this.note.textContent;
      await this.refresh();
      if (refused) this.note.textContent = said;
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") end(true);
      if (event.key !== "Escape") return;
      // The dialog stays.
      event.preventDefault();
      end(false);
    });
    field.addEventListener("blur", () => end(true));
  }

  /** Deletes a recording; as long as the dialog is open it can be restored. */
  async remove(item, { id, title }) {
    await this.attempt(async () => {
      await this.api.deleteRecording(id);
      const undo = this.button("undo", () => this.attempt(async () => {
        await this.api.restoreRecording(id);
        await this.refresh();
      }));
      item.replaceChildren(around("div", "recording-words", element("span", "hint", `Deleted: ${title}`), undo));
      undo.focus();
    });
  }

  async attempt(act) {
    try {
      await act();
      return true;
    } catch (error) {
      this.note.textContent = `Not possible: ${/** @type {Error} */ (error).message}`;
      return false;
    }
  }
}
