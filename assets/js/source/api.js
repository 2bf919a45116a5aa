// The backend's HTTP interface, as far as the page needs it.

/** An answer other than success, with what a person should read. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {{title?: string, detail?: string, errors?: any[]}} problem
   */
  constructor(status, problem) {
    const errors = problem.errors ?? [];
    const detail = problem.detail ?? problem.title ?? `HTTP ${status}`;
    // The sentence may say it already.
    const unsaid = errors.filter(({ field }) => !detail.includes(`${field}: got`));
    const fields = unsaid.map(({ field, given, allowed }) => `${field}: got ${JSON.stringify(given)}, allowed: ${allowed}`);
    super([detail, ...fields].join(" — "));
    this.status = status;
    /** Each value that is refused. @type {{field: string, given: any, allowed: string}[]} */
    this.errors = errors;
  }
}

const problemOf = async (answer) => new ApiError(answer.status, await answer.json().catch(() => ({ title: answer.statusText })));

export class Api {
  /**
   * @param {string} origin where the backend is; "" for the page's own address
   * @param {string | null} token what a protected backend elsewhere asks for; at the page's own address a cookie has it
   */
  constructor(origin, token) {
    this.root = new URL("/api/v1", origin || window.location.origin);
    this.token = token;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {RequestInit} options
   */
  fetch(method, path, options = {}) {
    const headers = { ...(options.body && { "content-type": "application/json" }), ...(this.token && { authorization: `Bearer ${this.token}` }) };
    return fetch(`${this.root}${path}`, { method, headers, ...options });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async call(method, path, body) {
    const answer = await this.fetch(method, path, { body: body && JSON.stringify(body) });
    if (!answer.ok) throw await problemOf(answer);
    return answer.status === 204 ? null : answer.json();
  }

  /** {role, view_token}: control, or view for who may look, not touch; those in control are told the token that lets others look. */
  access() {
    return this.call("GET", "/access");
  }

  async sessions() {
    return (await this.call("GET", "/sessions")).sessions;
  }

  /** {checkpoints: cards, damaged: [{name, detail}], missing: [{name, detail}]}. */
  checkpoints() {
    return this.call("GET", "/checkpoints");
  }

  /** The card of one checkpoint. */
  card(checkpoint) {
    return this.call("GET", `/checkpoints/${encodeURIComponent(checkpoint)}`);
  }

  /** {lessons: [{name, title, order, minutes, teaches, needs, references, steps: [{id, title}]}], damaged: [{file, line, what, remedy}]}. */
  lessons() {
    return this.call("GET", "/lessons");
  }

  /** One lesson with all that its steps show. */
  lesson(name) {
    return this.call("GET", `/lessons/${encodeURIComponent(name)}`);
  }

  /** The picture of the state that an episode of a checkpoint begins with. */
  async scene(checkpoint) {
    return (await this.call("GET", `/checkpoints/${encodeURIComponent(checkpoint)}/scene`)).scene;
  }

  /** {first, groups, planners: [{name, title, help, settings}]}. */
  planners() {
    return this.call("GET", "/planners");
  }

  /**
   * The recorded opening plan of a checkpoint, or of the server's first choice, as the bytes of a drawing; null where there is none.
   * @param {string | null} checkpoint
   * @returns {Promise<ArrayBuffer | null>}
   */
  async opening(checkpoint) {
    const answer = await this.fetch("GET", `/opening${checkpoint ? `?checkpoint=${encodeURIComponent(checkpoint)}` : ""}`);
    if (answer.status === 404) return null;
    if (!answer.ok) throw await problemOf(answer);
    return answer.arrayBuffer();
  }

  /**
   * The recorded plan of the moment that a page without an address opens with, as the bytes of a drawing; null where there is none.
   * @returns {Promise<ArrayBuffer | null>}
   */
  async firstOpening() {
    const answer = await this.fetch("GET", "/opening/first");
    if (answer.status === 404) return null;
    if (!answer.ok) throw await problemOf(answer);
    return answer.arrayBuffer();
  }

  createSession(wish) {
    return this.call("POST", "/sessions", wish);
  }

  /** A session at the moment of a link. */
  openLink(query) {
    return this.call("POST", "/sessions/linked", { query });
  }

  /**
   * {query, max_length} of the link to a moment of a session.
   * @param {string} id
   * @param {number | null} [step] by default that of now
   */
  link(id, step = null) {
    return this.call("GET", `/sessions/${encodeURIComponent(id)}/link${step === null ? "" : `?step=${step}`}`);
  }

  /** The plan of a link as the bytes of a complete drawing. */
  async linkedPlan(query) {
    const answer = await this.fetch("POST", "/plans/linked", { body: JSON.stringify({ query }) });
    if (!answer.ok) throw await problemOf(answer);
    return answer.arrayBuffer();
  }

  /** The address of a moment as a file: `form` is trace, html, script, parquet or csv. */
  exportUrl(id, step, form) {
    return this.fileUrl(`/sessions/${encodeURIComponent(id)}/moments/${step}/export/${form}`);
  }

  /** The address of a text as a QR code. @param {string} text */
  qrUrl(text) {
    return this.fileUrl(`/qr?text=${encodeURIComponent(text)}`);
  }

  fileUrl(path) {
    const url = new URL(`${this.root}${path}`);
    // At the page's own address a cookie has it; people pass links on.
    if (this.token && url.origin !== location.origin) url.searchParams.set("token", this.token);
    return url.href;
  }

  /** Carries out a command; answers with the session, or with the new one that the command made. */
  command(id, command) {
    return this.call("POST", `/sessions/${encodeURIComponent(id)}/commands`, command);
  }

  // --- recordings -----------------------------------------------------------------------------------------------------------------

  /** {recordings, damaged, bytes, max_bytes}. */
  recordings() {
    return this.call("GET", "/recordings");
  }

  record(session) {
    return this.call("POST", `/sessions/${encodeURIComponent(session)}/recording`, {});
  }

  stopRecording(session) {
    return this.call("DELETE", `/sessions/${encodeURIComponent(session)}/recording`);
  }

  replay(recording, step) {
    return this.call("POST", `/recordings/${encodeURIComponent(recording)}/replay`, { step });
  }

  renameRecording(id, title) {
    return this.call("PATCH", `/recordings/${encodeURIComponent(id)}`, { title });
  }

  deleteRecording(id) {
    return this.call("DELETE", `/recordings/${encodeURIComponent(id)}`);
  }

  restoreRecording(id) {
    return this.call("POST", `/recordings/${encodeURIComponent(id)}/restore`);
  }

  /** @param {File} file */
  async upload(file) {
    return (await this.send("/recordings", file, "application/vnd.twistscope.recording")).json();
  }

  /**
   * The complete drawing of a trace that was kept as a file.
   * @param {File} file
   * @returns {Promise<ArrayBuffer>}
   */
  async drawTrace(file) {
    return (await this.send("/drawings", file, "application/vnd.twistscope.trace")).arrayBuffer();
  }

  /** Sends a file. @param {string} path @param {File} file @param {string} type */
  async send(path, file, type) {
    const headers = { "content-type": type, ...(this.token && { authorization: `Bearer ${this.token}` }) };
    const answer = await this.fetch("POST", path, { body: file, headers });
    if (!answer.ok) throw await problemOf(answer);
    return answer;
  }

  recordingUrl(id) {
    return this.fileUrl(`/recordings/${encodeURIComponent(id)}/file`);
  }

  /** @param {string} id @param {"parquet" | "csv"} form */
  recordingTableUrl(id, form) {
    return this.fileUrl(`/recordings/${encodeURIComponent(id)}/export/${form}`);
  }

  changeSettings(id, settings) {
    return this.call("PATCH", `/sessions/${encodeURIComponent(id)}/settings`, settings);
  }

  session(id) {
    return this.call("GET", `/sessions/${encodeURIComponent(id)}`);
  }

  /**
   * The decisions of the session's moment with many seeds, as bytes.
   * @param {string} id
   * @param {number} seeds
   * @param {AbortSignal} signal
   * @param {{planner?: string, settings?: object, step?: number, skip?: number}} [other] another planner than the session's; seeds that are left out
   */
  async seeds(id, seeds, signal, other = {}) {
    const answer = await this.fetch("POST", `/sessions/${encodeURIComponent(id)}/seeds`, { body: JSON.stringify({ seeds, ...other }), signal });
    if (!answer.ok) throw await problemOf(answer);
    return answer.arrayBuffer();
  }

  /** The plan of the session's moment by any planner, as the bytes of a complete drawing. */
  async otherPlan(id, plan, signal) {
    const answer = await this.fetch("POST", `/sessions/${encodeURIComponent(id)}/plan`, { body: JSON.stringify(plan), signal });
    if (!answer.ok) throw await problemOf(answer);
    return answer.arrayBuffer();
  }

  /** The planners that may enter a race at the session's moment, and its limits. */
  aboutRace(id) {
    return this.call("GET", `/sessions/${encodeURIComponent(id)}/race`);
  }

  /** {entrants, reference} of a race at the session's moment. */
  async race(id, race, signal) {
    const answer = await this.fetch("POST", `/sessions/${encodeURIComponent(id)}/race`, { body: JSON.stringify(race), signal });
    if (!answer.ok) throw await problemOf(answer);
    return answer.json();
  }

  /** The entrant whose plan takes about so many milliseconds. */
  async raceTimed(id, timed, signal) {
    const answer = await this.fetch("POST", `/sessions/${encodeURIComponent(id)}/race/timed`, { body: JSON.stringify(timed), signal });
    if (!answer.ok) throw await problemOf(answer);
    return answer.json();
  }

  /** {frame, step, actions, loss, rejected}: what the decision that a session shows is made of. */
  async why(id, signal) {
    const answer = await this.fetch("GET", `/sessions/${encodeURIComponent(id)}/why`, { signal });
    if (!answer.ok) throw await problemOf(answer);
    return answer.json();
  }

  /** {frame, ready, seconds}: makes what the plan that is shown keeps only on request. */
  async detail(id, wish, signal) {
    const answer = await this.fetch("POST", `/sessions/${encodeURIComponent(id)}/detail`, { body: JSON.stringify(wish), signal });
    if (!answer.ok) throw await problemOf(answer);
    return answer.json();
  }

  /** The film strip of a particle of the plan that is shown. */
  async strip(id, particle, signal) {
    const answer = await this.fetch("GET", `/sessions/${encodeURIComponent(id)}/detail/strip?${new URLSearchParams(particle)}`, { signal });
    if (!answer.ok) throw await problemOf(answer);
    return answer.json();
  }

  /**
   * {setting, rows} of the session's moment, planned once with each value of a live setting.
   * @param {string} id
   * @param {string} setting
   * @param {number[]} values
   * @param {AbortSignal} signal
   * @param {Record<string, number>} [at] other live settings, held at these values
   */
  async sweep(id, setting, values, signal, at = {}) {
    const answer = await this.fetch("POST", `/sessions/${encodeURIComponent(id)}/sweep`, { body: JSON.stringify({ setting, values, at }), signal });
    if (!answer.ok) throw await problemOf(answer);
    return answer.json();
  }

  /** Also while the page is being left, which is when `keepalive` matters. */
  deleteSession(id) {
    this.fetch("DELETE", `/sessions/${encodeURIComponent(id)}`, { keepalive: true }).catch(() => {});
  }

  streamUrl(id) {
    const url = new URL(`${this.root}/sessions/${encodeURIComponent(id)}/stream`);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("drawing", "true");
    url.searchParams.set("voter", voter());
    if (this.token) url.searchParams.set("token", this.token);
    return url.href;
  }
}

const RETRY = 1500;

/**
 * Asks until the service answers. An answer that says no is final.
 * @template T
 * @param {() => Promise<T>} ask
 * @param {() => void} waiting called whenever there was none
 * @returns {Promise<T>}
 */
export async function untilAnswered(ask, waiting) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) throw error;
      waiting();
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

/** The backend of this page: its own server, unless the page names another. */
export function apiOfPage() {
  const meta = /** @type {HTMLMetaElement | null} */ (document.querySelector("meta[name=twistscope-api]"));
  return new Api(meta?.content ?? "", takeToken());
}

const TOKEN = "token";

/** The token that opened this page. It leaves the address, which people show and pass on, and is kept for as long as the tab. */
function takeToken() {
  const url = new URL(location.href);
  const given = url.searchParams.get(TOKEN);
  if (given !== null) {
    url.searchParams.delete(TOKEN);
    history.replaceState(history.state, "", url);
  }
  try {
    if (given !== null) sessionStorage.setItem(`twistscope-${TOKEN}`, given);
    return sessionStorage.getItem(`twistscope-${TOKEN}`);
  } catch {
    // No storage in a sandbox: the token is good until the page is loaded again.
    return given;
  }
}

const VOTER = "twistscope-voter";

/** A name drawn at random for this tab, so that a class counts its answers once also after a lost connection. */
function voter() {
  let kept = null;
  try {
    kept = sessionStorage.getItem(VOTER);
    if (!kept) sessionStorage.setItem(VOTER, (kept = crypto.randomUUID?.() ?? Math.random().toString(36).slice(2).padEnd(12, "0")));
  } catch {
    // A page without storage is another viewer after each loss.
  }
  return kept ?? Math.random().toString(36).slice(2).padEnd(12, "0");
}
