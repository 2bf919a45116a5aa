// The presenter's remote: a second window of the same browser, which goes to steps and sees notes and answers.

export class Remote {
  /**
   * @param {object} page
   * @param {import("./opening.js").Lessons} page.lessons
   * @param {import("./classroom.js").Classroom} page.classroom
   * @param {() => string | null} page.session
   */
  constructor({ lessons, classroom, session }) {
    this.lessons = lessons;
    this.classroom = classroom;
    this.session = session;
    /** @type {BroadcastChannel | null} */
    this.channel = null;
    /** The session that the remote was opened with, which names the channel: steps lead to other ones. @type {string | null} */
    this.id = null;
  }

  open() {
    const { panel } = this.lessons;
    const { presenting } = this.classroom;
    this.id ??= this.session();
    if (!this.id || !panel) return;
    if (!presenting) this.classroom.present(true);
    if (!this.channel) {
      this.channel = new BroadcastChannel(`twistscope-remote-${this.id}`);
      this.channel.addEventListener("message", ({ data }) => this.heard(data));
    }
    const url = new URL("remote", location.href);
    const token = new URL(location.href).searchParams.get("token");
    url.search = `${new URLSearchParams({ session: this.id, ...(token ? { token } : {}) })}`;
    window.open(url.href, "twistscope-remote", "width=480,height=720");
  }

  /** @param {any} message */
  heard({ go, hello }) {
    const { panel } = this.lessons;
    if (!panel) return;
    if (hello) return this.tell();
    const place = typeof go === "number" ? panel.at + go : panel.placeOf(go);
    if (place !== null) panel.goTo(place);
  }

  /** Tells the remote where the lesson is, and how the class has answered. */
  tell() {
    const { panel } = this.lessons;
    if (!this.channel || !panel) return;
    this.channel.postMessage({ lesson: panel.lesson.name, at: panel.step.id, answers: Object.fromEntries(this.classroom.answers) });
  }
}
