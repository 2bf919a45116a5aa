// The presenter's remote: a second window of the same browser, which goes to steps and sees notes and answers.

import { keep, read } from "../lib/storage.js";

const REMOTE = "twistscope-remote";

export class Remote {
  /**
   * @param {object} page
   * @param {import("./opening.js").Lessons} page.lessons
   * @param {import("./classroom.js").Classroom} page.classroom
   * @param {() => string | null} page.session
   * @param {Storage | null} page.storage of this tab: a page that is loaded again keeps its remote
   */
  constructor({ lessons, classroom, session, storage }) {
    this.lessons = lessons;
    this.classroom = classroom;
    this.session = session;
    this.storage = storage;
    /** @type {BroadcastChannel | null} */
    this.channel = null;
    /** The session that the remote was opened with, which names the channel: steps lead to other ones. @type {string | null} */
    this.id = read(storage, REMOTE);
    if (this.id) this.listen();
  }

  listen() {
    if (this.channel) return;
    this.channel = new BroadcastChannel(`twistscope-remote-${this.id}`);
    this.channel.addEventListener("message", ({ data }) => this.heard(data));
  }

  open() {
    const { panel } = this.lessons;
    const { presenting } = this.classroom;
    this.id ??= this.session();
    if (!this.id || !panel) return;
    if (!presenting) this.classroom.present(true);
    // Without room the remote is lost when the page is loaded again.
    keep(this.storage, REMOTE, this.id);
    this.listen();
    const url = new URL("remote", location.href);
    const { token } = this.lessons.api;
    url.search = `${new URLSearchParams({ session: this.id, ...(token ? { token } : {}) })}`;
    window.open(url.href, "twistscope-remote", "width=480,height=720");
  }

  /** @param {any} message */
  heard({ go, hello, reveal }) {
    const { panel } = this.lessons;
    if (!panel) return;
    if (hello) return this.tell();
    if (typeof reveal === "string") return panel.showAnswer(reveal);
    const place = typeof go === "number" ? panel.at + go : panel.placeOf(go);
    if (place !== null) panel.goTo(place);
  }

  /** Tells the remote where the lesson is, and how the class has answered. */
  tell() {
    const { panel } = this.lessons;
    if (!this.channel || !panel) return;
    const { revealed, viewers } = this.classroom;
    const { name } = panel.lesson;
    this.channel.postMessage({ lesson: name, at: panel.step.id, answers: Object.fromEntries(this.classroom.answersTo(name)), revealed: [...revealed], viewers });
  }
}
