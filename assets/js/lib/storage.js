// Texts that the browser keeps for a page. The storage may be missing, full or forbidden: then nothing is kept, and nothing fails.

const attempt = (act) => {
  try {
    return act() ?? null;
  } catch {
    return null;
  }
};

/** The storage of this origin; null where a page has none, as in a sandbox. @returns {Storage | null} */
export const ownStorage = () => attempt(() => globalThis.localStorage);

/** The storage of this tab, which ends with it; null where a page has none. @returns {Storage | null} */
export const storageOfTab = () => attempt(() => globalThis.sessionStorage);

/**
 * The text that was kept last; null where there is none.
 * @param {Pick<Storage, "getItem"> | null | undefined} storage
 * @param {string} key
 * @returns {string | null}
 */
export const read = (storage, key) => attempt(() => storage?.getItem(key));

/** The same as JSON; null also where it is none. @param {Pick<Storage, "getItem"> | null | undefined} storage @param {string} key */
export const readJson = (storage, key) => attempt(() => JSON.parse(storage?.getItem(key) ?? "null"));

/**
 * Keeps a text. Returns false where that is not possible.
 * @param {Pick<Storage, "setItem"> | null | undefined} storage
 * @param {string} key
 * @param {string} text
 */
export const keep = (storage, key, text) => !!attempt(() => storage && (storage.setItem(key, text), true));
