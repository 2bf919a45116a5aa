import assert from "node:assert/strict";
import { test } from "node:test";

import { Session } from "../../../assets/js/source/session.js";

/** A session that watches, on a server with these sessions. */
const watching = (sessions) => new Session(/** @type {any} */ ({ sessions: async () => sessions }));
const SESSIONS = [
  { id: "a", presented: false, follows: [] },
  { id: "b", presented: true, follows: ["gone", "earlier"] },
  { id: "c", presented: false, follows: [] },
];

test("who watches no session in particular joins one that is presented, else the newest", async () => {
  assert.equal((await watching(SESSIONS).find(null)).id, "b");
  assert.equal((await watching([SESSIONS[0], SESSIONS[2]]).find(null)).id, "c");
  // A server of an earlier version says neither.
  assert.equal((await watching([{ id: "a" }, { id: "b" }]).find(null)).id, "b");
});

test("who watches a session that its class has left finds the class", async () => {
  assert.equal((await watching(SESSIONS).find("a")).id, "a");
  assert.equal((await watching(SESSIONS).find("earlier")).id, "b");
  await assert.rejects(watching(SESSIONS).find("nowhere"), /not open now/);
  await assert.rejects(watching([{ id: "a" }]).find("nowhere"), /not open now/);
});
