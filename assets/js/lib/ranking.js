// Finds what a person types a few letters of: every word has to be there, and the beginnings of words count most. Pure.

/**
 * @typedef {object} Candidate
 * @property {string} title
 * @property {string} [words] more that it may be found by
 */

// Each level is more than many words of the one below.
const SCORES = { whole: 1000, start: 100, wordStart: 50, inside: 20, elsewhere: 10, letters: 2 };

const wordsOf = (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);

/** The score of a word in a candidate; 0 where it is not found. */
function scoreOf(word, { title, words = "" }) {
  const own = title.toLowerCase();
  const titleWords = wordsOf(title);
  if (titleWords.includes(word)) return SCORES.start + (titleWords[0] === word ? 1 : 0);
  if (own.startsWith(word)) return SCORES.start;
  const place = titleWords.findIndex((each) => each.startsWith(word));
  // Earlier words say more.
  if (place >= 0) return SCORES.wordStart - Math.min(place, 9);
  if (own.includes(word)) return SCORES.inside;
  if (wordsOf(words).some((each) => each.startsWith(word))) return SCORES.elsewhere;
  return word.length > 2 && titleWords.some((each) => hasLetters(each, word)) ? SCORES.letters : 0;
}

/** True where a word begins with the first of some letters, and has the others in this order. */
function hasLetters(word, letters) {
  let at = -1;
  return word[0] === letters[0] && [...letters].every((letter) => (at = word.indexOf(letter, at + 1)) >= 0);
}

/**
 * The candidates that have all words of a text, the best first; alike ones keep their order. Without words all of them.
 * @template {Candidate} Kind
 * @param {string} text
 * @param {Kind[]} candidates
 * @returns {Kind[]}
 */
export function rank(text, candidates) {
  const wanted = wordsOf(text);
  if (!wanted.length) return candidates;
  const found = candidates.flatMap((candidate) => {
    const scores = wanted.map((word) => scoreOf(word, candidate));
    if (scores.includes(0)) return [];
    const whole = wordsOf(candidate.title).join(" ") === wanted.join(" ") ? SCORES.whole : 0;
    return [{ candidate, score: whole + scores.reduce((sum, score) => sum + score, 0) }];
  });
  return found.toSorted((a, b) => b.score - a.score).map(({ candidate }) => candidate);
}
