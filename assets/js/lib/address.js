// The address of a page, and links between the pages of the dashboard.

/** The checkpoint that an address asks for, or null. */
export const askedCheckpoint = (search) => new URLSearchParams(search).get("checkpoint") || null;

/** The same address, asking for this checkpoint. */
export function withCheckpoint(href, checkpoint) {
  const url = new URL(href);
  url.searchParams.set("checkpoint", checkpoint);
  return url.href;
}

/** A link to a page of the dashboard. The token that opened this page, where a backend asks for one, opens that one too. */
export function linkTo(page, search, wish = {}) {
  const token = new URLSearchParams(search).get("token");
  const query = `${new URLSearchParams({ ...wish, ...(token && { token }) })}`;
  return query ? `${page}?${query}` : page;
}
