// The parts of the page that nobody may use now.

const SETTINGS = ["drawer", "seed-place", "planner"];
const TRANSPORT = ["transport", "checkpoint", "speed"];

/**
 * Knobs, planner and seed of a recording cannot be changed; who looks on, or follows a presenter, can change nothing. Where the server has refused a session, only another
 * checkpoint can be chosen.
 * @param {Record<string, any>} state
 */
export function lock({ replay, role, connection, following = false }) {
  const looks = role === "view";
  document.body.toggleAttribute("data-replay", !!replay);
  document.body.toggleAttribute("data-looks", looks);
  document.body.toggleAttribute("data-following", following);
  const refused = connection === "refused";
  const reason = looks ? "This link may look, not touch" : replay ? "Recorded with these; plan again from here to change them" : refused ? "Nothing is planned here; choose another checkpoint" : following ? "The presenter has the controls" : "";
  for (const name of SETTINGS) setInert(name, looks || refused || following || !!replay, reason);
  for (const name of TRANSPORT) setInert(name, looks || following || (refused && name !== "checkpoint"), reason);
}

function setInert(name, inert, title) {
  const part = document.getElementById(name);
  if (part) Object.assign(part, { inert, title });
}
