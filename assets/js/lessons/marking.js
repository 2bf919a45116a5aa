// Words of a text that are more than text: found by a dictionary, and put into elements.

/** Explained or linked already, or no text of the lesson's. */
const ELSEWHERE = ".formula, .term, a, button, h2, h3, input, svg";

/**
 * Places of words in a text, each word at its first one, in the order of the text and without overlaps. Pure.
 * @param {string} text
 * @param {Record<string, RegExp>} words
 * @returns {{key: string, from: number, to: number}[]}
 */
export function placesIn(text, words) {
  const places = Object.entries(words).flatMap(([key, written]) => {
    const found = written.exec(text);
    return found ? [{ key, from: found.index, to: found.index + found[0].length }] : [];
  });
  places.sort((a, b) => a.from - b.from || b.to - a.to);
  return places.filter(({ from }, index) => !places.slice(0, index).some(({ to }) => to > from));
}

/**
 * Puts words below an element into elements of their own, each at the first place where it stands.
 * @param {HTMLElement} root
 * @param {Record<string, RegExp>} words
 * @param {(key: string, word: string) => HTMLElement} make
 */
export function markWords(root, words, make) {
  const found = new Set();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts = /** @type {Text[]} */ ([]);
  while (walker.nextNode()) if (!walker.currentNode.parentElement?.closest(ELSEWHERE)) texts.push(/** @type {Text} */ (walker.currentNode));
  for (const text of texts) {
    const places = placesIn(text.data, words).filter(({ key }) => !found.has(key));
    // From the end, so that the places before it stay where they are.
    for (const { key, from, to } of places.reverse()) {
      found.add(key);
      text.splitText(to);
      const word = text.splitText(from);
      word.replaceWith(make(key, word.data));
    }
  }
}
