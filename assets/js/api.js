// The backend's HTTP interface, as far as the page needs it.

/** An answer other than success, with what a person should read. */
export class ApiError extends Error {
  constructor(status, problem) {
    const fields = (problem.errors ?? []).map(({ field, given, allowed }) => `${field}: got ${JSON.stringify(given)}, allowed: ${allowed}`);
    super([problem.detail ?? problem.title ?? `HTTP ${status}`, ...fields].join(" — "));
    this.status = status;
  }
}

export class Api {
  /** @param {string} origin where the backend is; "" for the page's own address */
  constructor(origin) {
    this.root = new URL("/api/v1", origin || window.location.origin);
  }

  async call(method, path, body) {
    const options = { method, headers: body ? { "content-type": "application/json" } : {}, body: body && JSON.stringify(body) };
    const answer = await fetch(`${this.root}${path}`, options);
    if (!answer.ok) throw new ApiError(answer.status, await answer.json().catch(() => ({ title: answer.statusText })));
    return answer.status === 204 ? null : answer.json();
  }

  createSession(wish) {
    return this.call("POST", "/sessions", wish);
  }

  session(id) {
    return this.call("GET", `/sessions/${encodeURIComponent(id)}`);
  }

  /** Also while the page is being left, which is when `keepalive` matters. */
  deleteSession(id) {
    fetch(`${this.root}/sessions/${encodeURIComponent(id)}`, { method: "DELETE", keepalive: true }).catch(() => {});
  }

  streamUrl(id) {
    const url = new URL(`${this.root}/sessions/${encodeURIComponent(id)}/stream`);
    url.protocol = url.protocol.replace("http", "ws");
    return url.href;
  }
}
