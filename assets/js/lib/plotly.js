// Plotly, as far as it draws dots and lines: a quarter of the whole library, loaded when a figure is first asked for.

const ADDRESS = new URL("../../vendor/plotly-basic.min.js", import.meta.url);

/** @type {Promise<any> | null} */
let loading = null;

/**
 * The library, loaded once.
 * @returns {Promise<any>}
 * @throws {Error} where it cannot be loaded; the next call tries again
 */
export function loadPlotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: ADDRESS.href });
    script.addEventListener("load", () => resolve(globalThis.Plotly));
    script.addEventListener("error", () => {
      loading = null;
      script.remove();
      reject(new Error("the library that draws the figure could not be loaded."));
    });
    document.head.append(script);
  });
  return loading;
}
