// The dialogs of the page. None is needed for the first picture, so their modules come after it.

import { loadStyle } from "../lib/late_files.js";
import { LateDialog } from "./late.js";
import { writeRecordButtons } from "./record_button.js";

export class Dialogs {
  /**
   * @param {object} page
   * @param {import("../source/api.js").Api} page.api
   * @param {import("../microscope.js").Microscope} page.microscope
   * @param {import("./panels.js").Panels} page.panels
   * @param {import("../lib/keyboard.js").Binding[]} page.keys that help names
   * @param {() => {session: string | null, step: number, playing: boolean, looksOnly: boolean, without: string}} page.now `without`: words for a live plan that is not there
   * @param {() => Promise<string | null>} page.link query of the link to the moment that is shown; null where there is none
   * @param {() => Record<string, any>} page.view what of the plan is looked at
   * @param {(name: string, more?: Record<string, any>) => void} page.command of the session
   * @param {(link: string) => void} page.visit opens the moment of a link
   * @param {(link: string) => void} page.pin pins the plan of a link as A
   * @param {(file: File) => void} page.pinFile pins the plan of a file as A
   * @param {() => import("./commands.js").Findable} page.findable
   * @param {(text: string) => void} page.say tells the person
   * @param {import("../lib/lifetime.js").Lifetime} page.lifetime
   */
  constructor({ api, microscope, panels, keys, now, link, view, command, visit, pin, pinFile, findable, say, lifetime }) {
    this.say = say;
    this.now = now;
    this.kind = /** @type {"particles" | "tree"} */ ("particles");
    /** The recording of this session, as the server says. @type {any} */
    this.recording = null;
    const theme = () => microscope.theme;
    const session = () => now().session;
    this.help = new LateDialog(async () => {
      const { HelpDialog } = await import("./help.js");
      return Object.assign(new HelpDialog(keys, lifetime), { kind: this.kind });
    }, say);
    this.share = new LateDialog(async () => {
      const { ShareDialog } = await import("./share.js");
      const file = (step, form) => api.exportUrl(session() ?? "", step ?? now().step, form);
      return new ShareDialog({ query: link, view, file, session, microscope, lifetime });
    }, say);
    this.view = new LateDialog(async () => {
      const { ViewDialog } = await import("./view.js");
      return new ViewDialog(lifetime, panels);
    }, say);
    this.recordings = new LateDialog(async () => {
      const { RecordingsDialog } = await import("./recordings.js");
      const dialog = new RecordingsDialog({ api, session, theme, pinFile, say, lifetime });
      dialog.follow(this.recording);
      return dialog;
    }, say);
    this.race = new LateDialog(async () => {
      const [{ Race }] = await Promise.all([import("./race.js"), loadStyle("race.css")]);
      const moment = () => ({ id: session(), frame: microscope.frame, layout: microscope.store.state.layout, playing: now().playing, without: now().without });
      return new Race({ api, now: moment, theme, pause: () => command("pause"), visit, pin, say, lifetime });
    }, say);
    this.finder = new LateDialog(async () => {
      const [{ Finder }, { allCommands, numberCommands }] = await Promise.all([import("./finder.js"), import("./commands.js")]);
      const numbers = { goTo: (step) => command("goto", { step }), begin: (seed) => command("reset", { seed }) };
      return new Finder(() => allCommands(findable()), (text) => (now().looksOnly ? [] : numberCommands(text, numbers)), lifetime);
    }, say);
  }

  /** Actions that open and close the dialogs. @returns {Record<string, () => void>} */
  get actions() {
    const { share, recordings, race, help, view, finder } = this;
    return {
      share: () => share.toggle(), recordings: () => recordings.toggle(), help: () => help.toggle(), view: () => view.toggle(), find: () => finder.toggle(),
      race: () => (this.now().looksOnly ? this.say("This link may look, not touch.") : race.toggle()),
    };
  }

  /** Takes a file in that was dropped on the page. @param {File} file */
  takeIn(file) {
    this.recordings.load().then((dialog) => dialog.takeIn(file), () => this.say("The file could not be taken in. Try again in a moment."));
  }

  /**
   * Loads all of them, so that each opens at once, and also when the server has gone.
   * @throws {Error} where one cannot be loaded; it is asked for again when somebody wants it
   */
  async load() {
    await Promise.all([this.help, this.finder, this.share, this.view, this.recordings, this.race].map((dialog) => dialog.load()));
  }

  /** Help speaks of the kind of plan that is shown. @param {"particles" | "tree"} kind */
  speakOf(kind) {
    this.kind = kind;
    if (this.help.made) this.help.made.kind = kind;
  }

  /** Shows the state of this session's recording, as the server says it. @param {any} recording */
  follow(recording) {
    this.recording = recording;
    writeRecordButtons(recording);
    this.recordings.made?.follow(recording);
  }
}
