// The place of a lesson's text in the page.

import { around, element } from "../lib/elements.js";

/** The place of the lesson's text: before everything else in the page, as it is read first. */
export function placeOfLesson() {
  const there = document.getElementById("lesson");
  if (there) return there;
  const place = around("section", "lesson", element("p", "hint", "Loading the lesson …"));
  place.id = "lesson";
  document.getElementById("microscope")?.before(place);
  document.querySelector(".skip")?.after(skipLink(place));
  return place;
}

/** Takes the text of the lesson away, and the way to it. */
export function removeLesson() {
  document.getElementById("lesson")?.remove();
  document.getElementById("skip-lesson")?.remove();
}

/** The bar and the knobs have dozens of controls, which come before the text for who goes by keys. @param {HTMLElement} place */
function skipLink(place) {
  const link = Object.assign(element("a", "skip", "Skip to the lesson"), { id: "skip-lesson", href: "#lesson" });
  link.addEventListener("click", (event) => {
    event.preventDefault();
    /** @type {HTMLElement | null} */ (place.querySelector(".lesson-steps"))?.focus();
  });
  return link;
}
