// The first picture: the microscope with a recorded plan, as soon as it is here. What stands around it in the page has its place from now on, so that
// nothing moves when page.js fills it.

import { inspection } from "./controls/inspection.js";
import { Panels } from "./controls/panels.js";
import { Questions } from "./controls/questions.js";
import { writeStatus } from "./controls/status.js";
import { readAddress, saysNothing } from "./lib/address.js";
import { around, element } from "./lib/elements.js";
import { placeOfLesson } from "./lessons/place.js";
import { ownStorage } from "./lib/storage.js";
import { Microscope } from "./microscope.js";
import { TimelinePanel } from "./panels/timeline.js";
import { apiOfPage } from "./source/page_api.js";
import { recordedOpening } from "./source/record.js";

export const api = apiOfPage();
export const asked = readAddress(location.search);
export const microscope = new Microscope(/** @type {HTMLElement} */ (document.getElementById("microscope")), null, { keys: document });
export const counters = { framesReceived: 0, framesPainted: 0, firstPictureMs: /** @type {number | null} */ (null) };
/** @type {import("./controls/inspection.js").Inspected} */
export const inspected = { counters, microscope };
globalThis.twistscope = inspection(inspected);
/** Takes commands once page.js has a session to send them to. */
export const session = { command: (/** @type {string} */ _name, _more = {}) => {} };
export const timeline = new TimelinePanel({ command: (name, more) => session.command(name, more), theme: () => microscope.theme, storage: ownStorage() });
export const panels = new Panels({ microscope, storage: ownStorage() });
export const questions = new Questions(microscope, panels);

const headingButton = (className, text, title) => Object.assign(element("button", `quiet ${className}`, text), { type: "button", title });
export const pinButton = headingButton("pin-open", "pin", "Keep this plan as A, and compare what follows with it (p)");
const raceButton = headingButton("race-open-page", "race", "Several planners on this moment at one budget (c)");
raceButton.dataset.do = "race";

microscope.onTake((frame, action) => session.command("act", { action: frame.commandAction(action), step: frame.step }));
microscope.onIntervene((frame, interventions) => session.command("intervene", { interventions, step: frame.step }));
microscope.sections.get("genealogy")?.querySelector(".panel-tools")?.before(pinButton, raceButton);
panels.show();
// Nothing moves when its text comes.
if (asked.lesson) {
  document.body.dataset.lesson = "open";
  placeOfLesson();
}
// The link at the top of the page leads here.
Object.assign(microscope.centre, { id: "pictures", tabIndex: -1 });
const timed = microscope.onFrame(() => {
  counters.firstPictureMs = performance.now();
  writeStatus({ connection: "loading", showing: microscope.frame.recorded ? "recorded" : "none" });
  timed();
});
const column = around("div", "centre-column");
microscope.centre.replaceWith(column);
column.append(microscope.centre, timeline.element);
const facts = document.getElementById("facts");
if (facts) microscope.foot.append(facts);

/** The checkpoint of the step that a lesson opens at; null where there is no such lesson, which is then said by who opens it. @param {string} name */
async function checkpointOfLesson(name) {
  try {
    // Most pages open without a lesson.
    const [{ steps }, { progressOf, readProgress }] = await Promise.all([api.lesson(name), import("./lessons/progress.js")]);
    const at = asked.at ?? progressOf(readProgress(), name).at;
    return readAddress(`?${(steps.find(({ id }) => id === at) ?? steps[0]).link}`).checkpoint;
  } catch {
    return null;
  }
}

/** The recorded plan, once it is painted; null where there is none that can be shown. @type {Promise<any>} */
export const firstPicture = paintOpening();

async function paintOpening() {
  const opening = await recordedOpening(api, asked.checkpoint ?? (asked.lesson ? await checkpointOfLesson(asked.lesson) : null), saysNothing(location.search));
  if (!opening) return null;
  return new Promise((resolve) => {
    const ends = [microscope.onFrame((frame) => done(frame)), microscope.onTrouble(() => done(null))];
    const done = (result) => {
      for (const end of ends) end();
      resolve(result);
    };
    microscope.connect(opening);
    // In a tab behind another nothing is painted before somebody looks, but the rest of the page need not wait for that.
    if (document.hidden) done(opening.frame);
  });
}
