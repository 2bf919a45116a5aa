"""Several planners race on one moment: their plans grow side by side, and many seeds say who decides better."""

import pytest

from tests.browser.notices import last_notice
from tests.browser.test_accessibility import check
from tests.browser.test_kept import opened, session_of

pytestmark = pytest.mark.browser

IDLE = "document.querySelector('.race-cancel').hidden"


def pictures(page):
    """Pixels that are painted in each lane."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.race-lane canvas.base')].map((canvas) => {
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          return data.filter((value, at) => at % 4 === 3 && value > 0).length;
        })"""
    )


def move(page, share):
    """Set the cursor, and wait for the pictures."""
    page.locator(".race-cursor").evaluate(
        """(cursor, share) => { cursor.value = share * 1000; cursor.dispatchEvent(new Event('input', { bubbles: true }));
          return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))); }""",
        share,
    )


def test_planners_race_grow_and_are_compared(server, open_page):
    page = opened(server, open_page, "?checkpoint=frozenlake-early&particles=32&depth=8", reduced_motion="reduce")
    page.keyboard.press("c")
    page.wait_for_selector("#race[open] .race-chip")
    assert page.locator(".race-chip input:checked").count() == 6 and page.locator(".race-card").count() == 6
    check(page, "race, to choose", "#race")

    # A budget that is not enough for particles of this depth leaves them out, and says so.
    page.locator(".race-budget").fill("5")
    assert page.locator(".race-chip input:disabled").count() == 5 and page.locator(".race-start").is_disabled()
    assert "TRT-SMC needs at least 8 model steps here." in page.locator(".race-reasons").inner_text()
    assert page.locator(".race-note").inner_text() == "Choose 2 to 6 planners."
    page.locator(".race-budget").fill("256")
    for name in ("bootstrap SMC", "SPO", "twisted SMC", "TSMCTS"):
        page.get_by_label(name, exact=True).uncheck()
    page.locator(".race-start").click()
    page.wait_for_function(f"{IDLE} && document.querySelectorAll('.race-figure [data-mark=seed]').length === 128", timeout=180_000)
    assert page.locator(".race-lane").count() == 2
    assert "the most seeds" in page.locator(".race-note").inner_text() or "level" in page.locator(".race-note").inner_text()
    assert page.locator(".race-figure [data-mark=median]").count() == 2 and page.locator(".race-about").inner_text().startswith("Regret:")
    check(page, "race", "#race")

    # Both grow under one cursor, and nothing is there before it is planned.
    move(page, 0.1)
    early = pictures(page)
    assert page.locator(".race-state").all_inner_texts() == ["level 1 of 8", "26 of 256 simulations"]
    move(page, 1)
    assert all(later > sooner for later, sooner in zip(pictures(page), early, strict=True))
    page.get_by_role("group", name="Measured").get_by_role("button", name="action taken").click()
    assert "of the action taken" in page.locator(".race-about").inner_text()
    # Pinned, the plan of a lane is what the page compares with.
    page.locator(".race-lane", has_text="Gumbel MCTS").get_by_role("button", name="pin").click()
    page.locator("[data-panel=comparison]").wait_for(state="visible", timeout=60_000)
    assert "planner gumbel_mcts" in page.locator("[data-panel=comparison]").inner_text()
    # The race waits where it was; opened, a planner plans the page's moment.
    page.keyboard.press("c")
    assert page.locator(".race-lane").count() == 2
    page.locator(".race-lane", has_text="Gumbel MCTS").get_by_role("button", name="open").click()
    asked = "new URLSearchParams(location.search).get('planner') === 'gumbel_mcts'"
    page.wait_for_function(f"window.twistscope.showing === 'live' && {asked}", timeout=60_000)
    assert session_of(page, server)["settings"]["num_simulations"] == 256
    assert last_notice(page) == ""
