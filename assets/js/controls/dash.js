// The page's side of assets/bridge.js: Dash mounts its controls some time after the first picture, and is then heard and set.

export class DashControls {
  constructor() {
    /** Resolves when Dash's layout stands. */
    this.mounted = mounted("page");
  }

  /** Loads Dash's scripts, which wait in a template of the document; nothing where they have been started already. */
  start() {
    const template = document.getElementById("dash-scripts");
    if (!(template instanceof HTMLTemplateElement)) return;
    template.remove();
    const scripts = [...template.content.querySelectorAll("script")];
    const inline = scripts.filter(({ src }) => !src);
    const loaded = scripts.filter(({ src }) => src).map((script) => insert(script, { src: script.src, async: false }));
    // In the order of the document; the last one that is loaded is the one the others wait for.
    loaded.at(-1)?.addEventListener("load", () => inline.forEach((script) => insert(script, { textContent: script.textContent })), { once: true });
  }

  /**
   * Calls back with every knob turned and every choice made.
   * @param {(message: any) => void} heard
   */
  listen(heard) {
    this.mounted.then(() => globalThis.twistscopeBridge.listen(heard));
  }

  /**
   * Sets properties of a component, as soon as there is one.
   * @param {object | string} id
   * @param {object} props
   */
  set(id, props) {
    this.mounted.then(() => globalThis.dash_clientside.set_props(id, props));
  }
}

/** A script of a template never runs; one like it does. */
function insert({ id }, properties) {
  const script = Object.assign(document.createElement("script"), { id, ...properties });
  document.body.append(script);
  return script;
}

/** Resolves when there is an element with this id. */
function mounted(id) {
  return new Promise((resolve) => {
    const check = () => {
      if (!document.getElementById(id)) return;
      watcher.disconnect();
      resolve(undefined);
    };
    const watcher = new MutationObserver(check);
    watcher.observe(document.documentElement, { childList: true, subtree: true });
    check();
  });
}
