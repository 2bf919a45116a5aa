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

/** Options of a request whose body is JSON. */
const written = (body, signal) => ({ body: body && JSON.stringify(body), signal });

export class Api {
  /**
   * @param {string} origin where the backend is; "" for the page's own address
   * @param {string | null} token what a protected backend elsewhere asks for; at the page's own address a cookie has it
   * @param {() => string} [voter] name by which a class counts the answers of this page
   */
  constructor(origin, token, voter = () => "") {
    this.root = new URL("/api/v1", origin || window.location.origin);
    this.token = token;
    this.voter = voter;
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
   * The answer to a request.
   * @param {string} method
   * @param {string} path
   * @param {RequestInit} [options]
   * @throws {ApiError} where it is not a success
   */
  async answer(method, path, options) {
    const answer = await this.fetch(method, path, options);
    if (!answer.ok) throw await problemOf(answer);
    return answer;
  }

  /**
   * The answer as an object; null where it is empty.
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {AbortSignal} [signal]
   */
  async call(method, path, body, signal) {
    const answer = await this.answer(method, path, written(body, signal));
    return answer.status === 204 ? null : answer.json();
  }

  /**
   * The answer as bytes.
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {AbortSignal} [signal]
   */
  async bytes(method, path, body, signal) {
    return (await this.answer(method, path, written(body, signal))).arrayBuffer();
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
   */
  opening(checkpoint) {
    return this.recorded(`/opening${checkpoint ? `?checkpoint=${encodeURIComponent(checkpoint)}` : ""}`);
  }

  /** The recorded plan of the moment that a page without an address opens with, as the bytes of a drawing; null where there is none. */
  firstOpening() {
    return this.recorded("/opening/first");
  }

  /** @param {string} path @returns {Promise<ArrayBuffer | null>} */
  recorded(path) {
    return this.bytes("GET", path).catch((error) => {
      if (error.status === 404) return null;
      throw error;
    });
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
  linkedPlan(query) {
    return this.bytes("POST", "/plans/linked", { query });
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
  send(path, file, type) {
    const headers = { "content-type": type, ...(this.token && { authorization: `Bearer ${this.token}` }) };
    return this.answer("POST", path, { body: file, headers });
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
  seeds(id, seeds, signal, other = {}) {
    return this.bytes("POST", `/sessions/${encodeURIComponent(id)}/seeds`, { seeds, ...other }, signal);
  }

  /** The plan of the session's moment by any planner, as the bytes of a complete drawing. */
  otherPlan(id, plan, signal) {
    return this.bytes("POST", `/sessions/${encodeURIComponent(id)}/plan`, plan, signal);
  }

  /** The planners that may enter a race at the session's moment, and its limits. */
  aboutRace(id) {
    return this.call("GET", `/sessions/${encodeURIComponent(id)}/race`);
  }

  /** {entrants, reference} of a race at the session's moment. */
  race(id, race, signal) {
    return this.call("POST", `/sessions/${encodeURIComponent(id)}/race`, race, signal);
  }

  /** The entrant whose plan takes about so many milliseconds. */
  raceTimed(id, timed, signal) {
    return this.call("POST", `/sessions/${encodeURIComponent(id)}/race/timed`, timed, signal);
  }

  /** {frame, step, actions, loss, rejected}: what the decision that a session shows is made of. */
  why(id, signal) {
    return this.call("GET", `/sessions/${encodeURIComponent(id)}/why`, undefined, signal);
  }

  /** {frame, ready, seconds}: makes what the plan that is shown keeps only on request. */
  detail(id, wish, signal) {
    return this.call("POST", `/sessions/${encodeURIComponent(id)}/detail`, wish, signal);
  }

  /** The film strip of a particle of the plan that is shown. */
  strip(id, particle, signal) {
    return this.call("GET", `/sessions/${encodeURIComponent(id)}/detail/strip?${new URLSearchParams(particle)}`, undefined, signal);
  }

  /**
   * {setting, rows} of the session's moment, planned once with each value of a live setting.
   * @param {string} id
   * @param {string} setting
   * @param {number[]} values
   * @param {AbortSignal} signal
   * @param {Record<string, number>} [at] other live settings, held at these values
   */
  sweep(id, setting, values, signal, at = {}) {
    return this.call("POST", `/sessions/${encodeURIComponent(id)}/sweep`, { setting, values, at }, signal);
  }

  /** Also while the page is being left, which is when `keepalive` matters. */
  deleteSession(id) {
    this.fetch("DELETE", `/sessions/${encodeURIComponent(id)}`, { keepalive: true }).catch(() => {});
  }

  streamUrl(id) {
    const url = new URL(`${this.root}/sessions/${encodeURIComponent(id)}/stream`);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("drawing", "true");
    const voter = this.voter();
    if (voter) url.searchParams.set("voter", voter);
    if (this.token) url.searchParams.set("token", this.token);
    return url.href;
  }
}
