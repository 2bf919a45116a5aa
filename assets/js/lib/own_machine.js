// Addresses that reach nobody else.

/** True for a host name of the machine that the page is read on. @param {string} host */
export const isOwnMachine = (host) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);
