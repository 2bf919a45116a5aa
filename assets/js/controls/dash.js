// The page's side of assets/bridge.js: Dash mounts its controls some time after the first picture, and is then heard and set.

const GRAPH = "plotly-loader";

export class DashControls {
  constructor() {
    /** Resolves when Dash's layout stands. */
    this.mounted = mounted("page");
    /** @type {Promise<any> | null} */
    this.plotlyLoading = null;
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

  /** Plotly, which Dash loads when a graph first appears: so one appears, out of sight. */
  plotly() {
    this.plotlyLoading ??= this.mounted.then(() => {
      const graph = { type: "Graph", namespace: "dash_core_components", props: { id: "plotly-graph", figure: { data: [], layout: {} } } };
      this.set(GRAPH, { children: graph });
      return available(() => globalThis.Plotly);
    });
    return this.plotlyLoading;
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

function available(look) {
  return new Promise((resolve) => {
    const check = () => (look() ? resolve(look()) : setTimeout(check, 50));
    check();
  });
}
