// The line above the text of a lesson that says how this page stands to a class, and leads back to the presenter or to a page of one's own.

import { element } from "../lib/elements.js";
import { count } from "../lib/format.js";

/** The number of pages that follow the presenter; null where the service has not said it yet. @param {number | null} viewers */
export function followersText(viewers) {
  if (viewers === null) return "";
  return viewers ? `${count(viewers, "page")} ${viewers === 1 ? "follows" : "follow"}.` : "No page follows yet.";
}

/**
 * @param {HTMLElement} line
 * @param {import("./panel.js").LessonPanel} panel
 */
export function writeClassLine(line, panel) {
  const { classroom, token, fields, elsewhere } = panel;
  line.hidden = !classroom || !(classroom.presenting || classroom.following);
  if (!classroom || line.hidden) return;
  if (classroom.presenting) return line.replaceChildren(element("span", "", ["You present this lesson.", followersText(classroom.viewers)].filter(Boolean).join(" ")));
  const back = Object.assign(element("button", "quiet class-return", "return to the presenter"), { type: "button", hidden: !classroom.alone });
  back.addEventListener("click", () => classroom.setAlone(false));
  const place = panel.placeOf(classroom.presented.at);
  const pictures = elsewhere && place !== null ? ` The pictures are the presenter's, of step ${place + 1}.` : "";
  const said = classroom.alone ? `You look around alone.${pictures}` : "You follow the presenter, who has the controls.";
  line.replaceChildren(element("span", "", said), back, ...(classroom.live.looksOnly ? [] : [ownCopy(fields, token)]));
}

/** A link to this step with a session of one's own, in another tab, which knows no token yet. */
function ownCopy(fields, token) {
  const href = `${location.pathname}?${new URLSearchParams({ ...fields, ...(token ? { token } : {}) })}`;
  return Object.assign(element("a", "class-own", "try it yourself"), { href, target: "_blank", rel: "noopener", title: "This step in a new tab, with knobs of your own" });
}
