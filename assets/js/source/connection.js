// The connection of the live link: one WebSocket that comes back by itself. Bytes go to `onFrame`, messages to `onMessage`, its state to `onState`.

const FIRST_WAIT = 250;
const LONGEST_WAIT = 5000;

export class Connection {
  /**
   * @param {import("./session.js").Session} session its `ensure()` gives the id of a living session
   * @param {object} handlers
   * @param {(buffer: ArrayBuffer) => void} handlers.onFrame
   * @param {(message: any) => void} handlers.onMessage
   * @param {(state: string, reason?: string) => void} handlers.onState
   * @param {() => void} handlers.onOpen what has to be sent first
   */
  constructor(session, handlers) {
    this.session = session;
    this.handlers = handlers;
    this.turn = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.endWait = () => {};
  }

  /** Connects, and goes on connecting after every loss, until the next `start` or `stop`. */
  async start() {
    const turn = this.stop();
    let [losses, reason] = [0, ""];
    while (turn === this.turn) {
      this.handlers.onState(losses ? "reconnecting" : "connecting", reason);
      try {
        const id = await this.session.ensure();
        if (turn !== this.turn || id === null) return;
        reason = "";
        if (await this.run(this.session.api.streamUrl(id), turn)) losses = 0;
      } catch (caught) {
        const error = /** @type {any} */ (caught);
        if (turn !== this.turn) return;
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

  /** Ends the connection and all attempts at another. */
  stop() {
    const turn = ++this.turn;
    this.socket?.close();
    this.socket = null;
    this.endWait();
    return turn;
  }

  /** Resolves when the socket closes, with whether it had ever opened. */
  run(url, turn) {
    return new Promise((resolve) => {
      const socket = new WebSocket(url);
      // From the beginning on, so that `stop` closes also what is not open yet.
      this.socket = socket;
      let opened = false;
      socket.binaryType = "arraybuffer";
      socket.onopen = () => {
        if (turn !== this.turn) return socket.close();
        opened = true;
        this.handlers.onState("open");
        this.handlers.onOpen();
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
        this.endWait = () => {};
        resolve(undefined);
      };
      this.endWait = done;
      const timer = setTimeout(done, pause);
      window.addEventListener("online", done);
      document.addEventListener("visibilitychange", done);
    });
  }

  /** Sends a message; false when there is no connection. */
  send(message) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }
}
