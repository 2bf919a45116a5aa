// The channel between a page that presents a lesson and its remote, another window of the same browser.
//
// The remote posts {go: 1}, {go: -1} or {go: id of a step}, {reveal: id of a prediction}, and {hello: true} when it opens. The page posts
// {lesson, at, answers, revealed, viewers} whenever one of them changes, and after a hello: the names of the lesson and of its step, null where none is open,
// the answers of the class as the service tells them, the predictions whose answer the class has been shown, and how many pages follow.

/** @param {string} session that the remote was opened for; the lesson may lead to others since */
export const channelName = (session) => `twistscope-remote-${session}`;

/**
 * @typedef {{lesson: string | null, at: string | null, answers: any, revealed?: string[], viewers?: number}} Heard
 */

/**
 * Reads a message of the page; null for one that is none.
 * @param {any} data
 * @returns {Heard | null}
 */
export function readHeard(data) {
  if (typeof data !== "object" || data === null || !("lesson" in data)) return null;
  const { lesson, at = null, answers = {}, revealed = null, viewers = null } = data;
  const isName = (value) => value === null || (typeof value === "string" && value.length <= 60);
  return isName(lesson) && isName(at) ? { lesson: lesson || null, at, answers, ...(Array.isArray(revealed) ? { revealed } : {}), ...(Number.isInteger(viewers) ? { viewers } : {}) } : null;
}

export class RemoteLink {
  /**
   * @param {string} session
   * @param {(heard: Heard) => void} heard
   */
  constructor(session, heard) {
    this.channel = new BroadcastChannel(channelName(session));
    this.channel.onmessage = ({ data }) => {
      const read = readHeard(data);
      if (read) heard(read);
    };
  }

  /** Asks the page to say where it is. */
  greet() {
    this.channel.postMessage({ hello: true });
  }

  /** @param {number | string} where a step forward or back, or the id of one */
  go(where) {
    this.channel.postMessage({ go: where });
  }

  /** Shows the answer to a prediction to the class. @param {string} prediction */
  reveal(prediction) {
    this.channel.postMessage({ reveal: prediction });
  }

  close() {
    this.channel.close();
  }
}
