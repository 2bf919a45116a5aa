// The place of a lesson's text in the page.

import { around, element } from "../lib/elements.js";

/** The place of the lesson's text: before everything else in the page, as it is read first. */
export function placeOfLesson() {
  const there = document.getElementById("lesson");
  if (there) return there;
  const place = around("section", "lesson", element("p", "hint", "Loading the lesson …"));
  place.id = "lesson";
  document.getElementById("microscope")?.before(place);
  return place;
}
