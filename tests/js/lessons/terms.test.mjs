// Terms of lessons are found in texts, and each equation that a lesson names is one.

import assert from "node:assert/strict";
import { KINDS } from "../../../assets/js/frame/captions.js";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { NAMED } from "../../../assets/js/lessons/panel_links.js";
import { placesIn } from "../../../assets/js/lessons/marking.js";
import { TERMS, termsIn } from "../../../assets/js/lessons/terms.js";

const LESSONS = new URL("../../../dashboard/lessons/", import.meta.url);

const words = (text) => termsIn(text).map(({ key, from, to }) => [key, text.slice(from, to)]);

test("terms are found in the order of the text, each once and none within another", () => {
  assert.deepEqual(words("The KL is 0.3 nats (E3), and a nat is a nat."), [["kl", "KL"], ["nat", "nats"], ["E3", "(E3)"]]);
  assert.deepEqual(words("The improved policy follows messages."), [["improved", "improved policy"], ["messages", "messages"]]);
  assert.deepEqual(words("In the log-evidence V and Q are errors."), [["evidence", "log-evidence"], ["V", "V"], ["Q", "Q"]]);
});

test("names of settings and parts of words are no terms", () => {
  assert.deepEqual(words("Set the ESS threshold, the twist temperature; TV, IQ and prioritise; V* and Q-hat."), []);
});

test("names of panels lead to panels that there are", () => {
  const named = (text) => placesIn(text, NAMED).map(({ key }) => key);
  assert.deepEqual(named("Watch Root decision, then open Many seeds and the sweep; read the strips below the genealogy."), ["decision", "seeds", "sweep", "strips", "genealogy"]);
  assert.deepEqual(named("A world of strippers and genealogies."), []);
  for (const name of Object.keys(NAMED)) assert.ok(KINDS.particles.titles[name], name);
});

test("each equation that a lesson names has its formula", () => {
  const texts = readdirSync(LESSONS).filter((name) => name.endsWith(".md")).map((name) => readFileSync(new URL(name, LESSONS), "utf8"));
  const named = new Set(texts.flatMap((text) => [...text.matchAll(/\((E\d+)\)/g)].map(([, id]) => id)));
  assert.ok(named.size >= 8);
  for (const id of named) assert.ok(TERMS[id]?.tex, id);
});
