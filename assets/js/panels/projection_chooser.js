// The choice among projections of the states that the world is seen in, where the environment offers any. They need the states, which are kept only on
// request (source/detail.js).

import { element } from "../lib/elements.js";

const PICTURE = "picture";

export class ProjectionChooser {
  /**
   * @param {object} given
   * @param {import("../lib/store.js").Store<any>} given.store keeps the choice
   * @param {import("../source/detail.js").DetailRequest} given.detail
   * @param {() => import("../source/source.js").Source | null} given.source
   * @param {import("../lib/lifetime.js").Lifetime} given.lifetime
   */
  constructor({ store, detail, source, lifetime }) {
    this.store = store;
    this.detail = detail;
    this.source = source;
    this.element = element("select", "projection");
    this.element.setAttribute("aria-label", "View of the world");
    this.element.hidden = true;
    this.written = "";
    lifetime.listen(this.element, "change", () => this.choose(this.element.value));
    lifetime.add(store.subscribe(["frame"], ({ frame }) => this.show(frame)));
  }

  /** @param {any} frame */
  show(frame) {
    const names = frame?.projections.map(({ name }) => name) ?? [];
    const written = JSON.stringify(names);
    if (written !== this.written) {
      this.written = written;
      this.element.replaceChildren(...[PICTURE, ...names].map((name) => Object.assign(element("option", "", name), { value: name })));
      this.element.hidden = !names.length;
      if (!names.includes(this.store.state.projection)) this.choose(PICTURE);
    }
    // A source that begins another session shows its picture first.
    if (this.store.state.projection !== null) this.source()?.project?.(this.store.state.projection);
    this.element.disabled = !this.detail.offered && this.store.state.projection === null;
    this.element.title = this.element.disabled
      ? `${frame?.kept ? "A plan that was kept" : "Who looks on"} has no other view than the picture`
      : "The picture, or two other numbers of the states. The first time a program is compiled that keeps all states";
  }

  /** Chooses a projection that a link asks for. False where this environment has no such one, or nobody may ask for it. @param {string} name */
  offer(name) {
    const offered = !this.element.disabled && [...this.element.options].some(({ value }) => value === name);
    if (offered) this.choose(name);
    return offered;
  }

  /** @param {string} value */
  choose(value) {
    const projection = value === PICTURE ? null : value;
    this.element.value = value;
    if (projection === this.store.state.projection) return;
    this.source()?.project?.(projection);
    if (projection) this.detail.want("projection");
    else this.detail.leave("projection");
    this.store.set({ projection });
  }
}
