import assert from "node:assert/strict";
import { test } from "node:test";

import { bannerText, refusalText } from "../../../assets/js/controls/status.js";

const OPEN = { connection: "open", phase: "idle" };

test("what stops the page is said, and nothing when all is well", () => {
  assert.equal(bannerText(OPEN), "");
  assert.match(bannerText({ connection: "lost" }), /Connection lost/);
  assert.match(bannerText({ connection: "lost", reason: "too many sessions." }), /^too many sessions. Trying again/);
  assert.equal(bannerText({ ...OPEN, phase: "compiling", detail: "compiling for 1024 particles" }), "compiling for 1024 particles … The last plan stays visible until then.");
});

test("the banner never speaks of a plan that is not there, and marks a recorded one", () => {
  assert.equal(bannerText({ ...OPEN, phase: "compiling", detail: "compiling", showing: "none" }), "compiling …");
  assert.equal(bannerText({ connection: "lost", showing: "none" }), "Connection lost; trying again.");
  assert.equal(bannerText({ ...OPEN, phase: "compiling", showing: "recorded" }), "Recorded opening plan. The live plan is being compiled.");
  assert.match(bannerText({ connection: "lost", showing: "recorded" }), /^Recorded opening plan\. Connection lost/);
});

test("a failed plan is said for as long as it is one, and of what the pictures are", () => {
  assert.equal(bannerText({ ...OPEN, failure: "no particle kept any weight", showing: "earlier" }),
    "Planning failed: no particle kept any weight. The pictures are of an earlier plan.");
  assert.equal(bannerText({ ...OPEN, failure: "no.", showing: "none" }), "Planning failed: no. Change a setting, or choose another checkpoint.");
});

test("a plan that takes long is waited for aloud, one that takes a moment is not", () => {
  assert.equal(bannerText({ ...OPEN, showing: "earlier" }), "");
  assert.equal(bannerText({ ...OPEN, showing: "earlier", late: true }), "Planning … The pictures are of an earlier plan.");
  assert.equal(bannerText({ ...OPEN, showing: "earlier", late: true, detail: "others are first" }), "Planning: others are first … The pictures are of an earlier plan.");
});

test("while the page loads the service is not blamed", () => {
  for (const connection of ["loading", "connecting"]) assert.doesNotMatch(bannerText({ connection, showing: "none" }), /service|lost/);
  assert.match(bannerText({ connection: "unreachable", showing: "none" }), /The planning service does not answer/);
});

test("a refusal names the value as it was given, and what is possible", () => {
  const refused = (given) => refusalText({ title: "no", errors: [{ field: "seed", given, allowed: "a whole number from 0 to 9" }] });
  assert.equal(refused("3,5"), "seed: “3,5” is not possible, allowed is a whole number from 0 to 9.");
  assert.equal(refused(-1), "seed: −1 is not possible, allowed is a whole number from 0 to 9.");
  assert.equal(refused(""), "seed: nothing is not possible, allowed is a whole number from 0 to 9.");
  assert.equal(refusalText({ errors: [{ field: "alpah", given: "0.3", allowed: "one of the settings alpha, depth" }] }), "alpah: there is no such setting here, allowed is one of the settings alpha, depth.");
  assert.equal(refusalText({ errors: [{ field: "seed", given: "x", allowed: "Input should be a valid integer" }] }), "seed: “x” is not possible, it should be a valid integer.");
  const many = Array.from({ length: 30 }, (_, index) => `setting_${index}`).join(", ");
  assert.match(refusalText({ errors: [{ field: "colour", given: "blue", allowed: many }] }), /^colour: “blue” is not possible, allowed is setting_0, .*, setting_\d+ and others\.$/);
  assert.equal(refusalText({ errors: [{ field: "interventions.0.log_weight", given: "abc", allowed: "a number" }] }), "intervention 1, log weight: “abc” is not possible, allowed is a number.");
  assert.equal(refusalText({ title: "Conflict", detail: "go back" }), "Conflict. go back.");
});
