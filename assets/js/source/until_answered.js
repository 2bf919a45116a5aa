// The wait for a service that does not answer yet.

import { ApiError } from "./api.js";

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
