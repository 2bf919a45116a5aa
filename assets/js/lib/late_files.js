// Scripts and styles that come when something needs them, once each.

/** @type {Map<string, Promise<void>>} */
const asked = new Map();

/**
 * Loads a file into the document; at once where it is there, or has been asked for.
 * @param {string} href a style where it ends with .css, else a script
 * @returns {Promise<void>}
 * @throws {Error} where it cannot be loaded; the next call tries again
 */
export function loadFile(href) {
  const known = asked.get(href);
  if (known) return known;
  const own = href.endsWith(".css") ? Object.assign(document.createElement("link"), { rel: "stylesheet", href }) : Object.assign(document.createElement("script"), { src: href });
  /** @type {Promise<void>} */
  const loading = new Promise((resolve, reject) => {
    own.addEventListener("load", () => resolve());
    own.addEventListener("error", () => {
      asked.delete(href);
      own.remove();
      reject(new Error(`${href.split("/").at(-1)} could not be loaded`));
    });
  });
  asked.set(href, loading);
  document.head.append(own);
  return loading;
}

/**
 * Loads a style of the page that its first picture does without.
 * @param {string} name
 */
export const loadStyle = (name) => loadFile(new URL(`../../css/${name}`, import.meta.url).href);
