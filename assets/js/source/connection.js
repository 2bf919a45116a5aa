// The live link: one WebSocket that comes back by itself. Frames go to `onFrame`, messages to `onMessage`, how it stands to `onState`.

const FIRST_WAIT = 250;
const LONGEST_WAIT = 5000;

export class Link {
  /**
   * @param session its `ensure()` gives the id of a living session
   * @param {{onFrame, onMessage, onState, view: () => object}} handlers `view` says what the page draws
   */
  constructor(session, handlers) {
    this.session = session;
    this.handlers = handlers;
    this.turn = 0;
    this.socket = null;
  }

  /** Connects, and goes on connecting after every loss, until the next `start` or `stop`. */
  async start() {
    const turn = this.stop();
    let [losses, reason] = [0, ""];
    while (turn === this.turn) {
      this.handlers.onState(losses ? "reconnecting" : "connecting", reason);
      try {
        const id = await this.session.ensure();
        if (turn !== this.turn) return;
        reason = "";
        if (await this.run(this.session.api.streamUrl(id), turn)) losses = 0;
      } catch (error) {
        // The server answered, so it says why; otherwise it was not reached at all.
        reason = error.status ? error.message : "";
        // Refused for good (unknown checkpoint, bad settings): asking again would change nothing.
        if (error.status >= 400 && error.status < 500 && error.status !== 429) return this.handlers.onState("refused", error.message);
      }
      if (turn !== this.turn) return;
      losses++;
      this.handlers.onState("lost", reason);
      await this.wait(losses);
    }
  }

  stop() {
    this.socket?.close();
    this.socket = null;
    return ++this.turn;
  }

  /** Resolves when the socket closes, with whether it had ever opened. */
  run(url, turn) {
    return new Promise((resolve) => {
      const socket = new WebSocket(url);
      let opened = false;
      socket.binaryType = "arraybuffer";
      socket.onopen = () => {
        opened = true;
        this.socket = socket;
        this.handlers.onState("open");
        this.sendView();
      };
      socket.onmessage = ({ data }) => {
        if (turn !== this.turn) return;
        if (typeof data === "string") this.handlers.onMessage(JSON.parse(data));
        else this.handlers.onFrame(data);
      };
      socket.onclose = () => {
        if (this.socket === socket) this.socket = null;
        resolve(opened);
      };
      if (turn !== this.turn) socket.close();
    });
  }

  /** Waits longer after every loss, but not while the page has just come back into sight. */
  wait(losses) {
    const pause = Math.min(FIRST_WAIT * 1.7 ** (losses - 1), LONGEST_WAIT) * (0.8 + 0.4 * Math.random());
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        window.removeEventListener("online", done);
        document.removeEventListener("visibilitychange", done);
        resolve();
      };
      const timer = setTimeout(done, pause);
      window.addEventListener("online", done);
      document.addEventListener("visibilitychange", done);
    });
  }

  get open() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Sends a message; false when there is no connection. */
  send(message) {
    if (!this.open) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  sendView() {
    this.send({ type: "view", ...this.handlers.view() });
  }

  /** Gives a credit back: the frame was painted, or dropped for a newer one. */
  acknowledge(frame) {
    this.send({ type: "pong", frame });
  }
}
