"""Notices stand for some seconds, in which a slow machine may not come to read them: a page in a test keeps the last one."""

from playwright.sync_api import Page

KEEP = """
globalThis.lastNotice = "";
new MutationObserver(() => {
  globalThis.lastNotice = document.querySelector("#notice")?.innerText || globalThis.lastNotice;
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


def last_notice(page: Page) -> str:
    """The last notice, also where it is gone; empty where there was none."""
    return page.evaluate("lastNotice")
