// The backend of this page, and what the tab keeps to speak with it.

import { keep, read, storageOfTab } from "../lib/storage.js";
import { Api } from "./api.js";

/** The backend of this page: its own server, unless the page names another. */
export function apiOfPage() {
  const meta = /** @type {HTMLMetaElement | null} */ (document.querySelector("meta[name=twistscope-api]"));
  return new Api(meta?.content ?? "", takeToken(), voter);
}

const TOKEN = "token";
const KEPT_TOKEN = "twistscope-token";

/** The token that opened this page. It leaves the address, which people show and pass on, and is kept for as long as the tab. */
function takeToken() {
  const url = new URL(location.href);
  const given = url.searchParams.get(TOKEN);
  if (given !== null) {
    url.searchParams.delete(TOKEN);
    history.replaceState(history.state, "", url);
  }
  if (given !== null) keep(storageOfTab(), KEPT_TOKEN, given);
  // Without storage, as in a sandbox, the token is good until the page is loaded again.
  return given ?? read(storageOfTab(), KEPT_TOKEN);
}

const VOTER = "twistscope-voter";

/** A name drawn at random for this tab, so that a class counts its answers once also after a lost connection. */
function voter() {
  // A page without storage is another viewer after each loss.
  const name = read(storageOfTab(), VOTER) || (crypto.randomUUID?.() ?? Math.random().toString(36).slice(2).padEnd(12, "0"));
  keep(storageOfTab(), VOTER, name);
  return name;
}
