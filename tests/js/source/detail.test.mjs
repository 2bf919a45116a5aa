import assert from "node:assert/strict";
import { test } from "node:test";

import { DetailRequest } from "../../../assets/js/source/detail.js";

/** A page with a source that compiles once, and everything that was asked of it. */
function page({ compiled = false, fails = null } = {}) {
  const asked = [];
  const state = { frame: { id: 1, session: "a", over: false, recorded: false }, compiled, said: "", can: ["detail"] };
  const source = {
    get can() {
      return state.can;
    },
    async detail(frame, compile) {
      asked.push([frame.id, compile]);
      if (fails) throw fails;
      state.compiled ||= compile;
      return { ready: state.compiled, seconds: 3 };
    },
  };
  const detail = new DetailRequest({ source: () => /** @type {any} */ (source), frame: () => state.frame, changed: () => {
    state.said = detail.said;
  } });
  return { asked, state, detail };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 420));

test("a program is compiled when a person asks, and the plans that follow are asked about without", async () => {
  const { asked, state, detail } = page();
  detail.want("actions");
  await settled();
  assert.deepEqual(asked, [[1, false], [1, true]]);
  assert.ok(detail.ready && state.said === "");
  state.frame = { ...state.frame, id: 2 };
  detail.attend();
  assert.ok(!detail.ready);
  await settled();
  assert.deepEqual(asked.slice(2), [[2, false]]);
  assert.ok(detail.ready);
  // Of another size a program would have to be compiled: nobody asked for that.
  state.frame = { ...state.frame, id: 3 };
  state.compiled = false;
  detail.attend();
  await settled();
  assert.deepEqual(asked.slice(3), [[3, false]]);
  assert.ok(!detail.ready && state.said.includes("press again"));
  detail.leave("actions");
  assert.equal(state.said, "");
  state.frame = { ...state.frame, id: 4 };
  detail.attend();
  await settled();
  assert.equal(asked.length, 4);
});

test("what cannot be made is said, and not asked for where there is nobody to make it", async () => {
  const refused = page({ fails: new Error("no") });
  refused.detail.want("strip");
  await settled();
  assert.equal(refused.state.said, "Not made: no");
  const kept = page();
  kept.state.can = [];
  kept.detail.want("strip");
  await settled();
  assert.ok(kept.asked.length === 0 && !kept.detail.offered);
  // Somebody else has asked for it: the plan comes with it.
  Object.assign(kept.state.frame, { "lineage/priors": [1], kept: false, tree: false });
  assert.ok(kept.detail.offered && kept.detail.ready);
  Object.assign(kept.state.frame, { kept: true });
  assert.ok(!kept.detail.ready);
  for (const frame of [{ over: true }, { recorded: true }]) {
    const other = page();
    Object.assign(other.state.frame, frame);
    assert.ok(!other.detail.offered);
  }
});

test("what nobody wants any more is not asked for, also where a plan came a moment before", async () => {
  const { asked, state, detail } = page({ compiled: true });
  detail.want("actions");
  await settled();
  state.frame = { ...state.frame, id: 2 };
  detail.attend();
  detail.leave("actions");
  await settled();
  assert.deepEqual(asked, [[1, false]]);
});

test("a program that takes longer than last time is not said to be nearly there", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const { detail, state } = page();
  let end = () => {};
  const source = { detail: () => new Promise((resolve) => { end = () => resolve(null); }) };
  const compiling = detail.compile(source, state.frame, 3, new AbortController().signal);
  assert.match(state.said, /: 0 s of about 3 s$/);
  now = 5000;
  context.mock.timers.tick(1000);
  assert.match(state.said, /state: 5 s$/);
  end();
  await compiling;
});
