"""The real server and a real browser."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.notices import KEEP
from tests.servers import serving, wait_until_ready

CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first that is there is taken. A page takes half the time in the shell, because it has no windows around its pages."""
PAINTED = "window.twistscope?.framesPainted > 0"


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def server(data):
    with serving("serve", "--no-open", data=data) as running:
        wait_until_ready(running)
        yield running


@pytest.fixture(scope="module")
def browser():
    """Chromium. It ends with its module: Playwright's loop counts as running in this thread, and tests of other modules start their own."""
    executable = next(path for name in BROWSERS if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """Open a page and wait until it is `ready` (by default for its first picture). At the end, assert that it reported no errors."""
    contexts = []

    def open_it(url, width=1440, height=900, ready=PAINTED, prepare=None, **options):
        # Chromium lets a page write to the clipboard; its shell asks first.
        context = browser.new_context(viewport={"width": width, "height": height}, permissions=["clipboard-write"], **options)
        context.add_init_script(KEEP)
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(error.stack or str(error)))
        contexts.append((context, page))
        if prepare:
            prepare(page)
        page.goto(url)
        page.wait_for_function(ready, timeout=60_000)
        return page

    yield open_it
    errors = [error for _, page in contexts for error in page.errors]
    for context, _ in contexts:
        context.close()
    assert not errors
