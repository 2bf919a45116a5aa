// Words of a text that are more than text: found by a dictionary, and put into elements.

import { element } from "../lib/elements.js";

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

// Punctuation that no line begins with, and that none ends with.
const [AFTER, BEFORE] = [/^[.,;:?!)\]”’…]+/, /[([“‘]+$/];

/**
 * Keeps a formula, or a name that is a button, in one line with the punctuation beside it: browsers break lines before and after such an element.
 * @param {HTMLElement} made
 */
export function keepTogether(made) {
  const parent = made.parentElement;
  if (parent?.matches("em, strong") && parent.childNodes.length === 1) return keepTogether(parent);
  const [before, after] = [made.previousSibling, made.nextSibling];
  const opens = before instanceof Text ? BEFORE.exec(before.data)?.[0].length ?? 0 : 0;
  const closes = after instanceof Text ? AFTER.exec(after.data)?.[0].length ?? 0 : 0;
  if (!opens && !closes) return;
  const together = element("span", "kept-together");
  made.before(together);
  if (before instanceof Text && opens) together.append(before.splitText(before.data.length - opens));
  together.append(made);
  if (after instanceof Text && closes) {
    after.splitText(closes);
    together.append(after);
  }
}
