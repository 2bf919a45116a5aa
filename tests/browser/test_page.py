"""The page in headless Chromium, on the real server."""

import re

import httpx
import pytest

from tests.servers import free_port, serving, wait_until_ready

pytestmark = pytest.mark.browser

PIXELS = """id => {
  const canvas = document.querySelector(`[data-panel=${id}] canvas.base`);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let hash = 0, drawn = 0;
  for (let i = 0; i < data.length; i += 4) {
    hash = (hash * 31 + data[i] + 7 * data[i + 1] + 13 * data[i + 2] + data[i + 3]) | 0;
    drawn += data[i + 3] > 0;
  }
  return { hash, drawn };
}"""

PICTURES = ("world", "genealogy", "strips", "weights")

AT_REST = "(({ playing, phase, step, lastFrame }) => !playing && phase === 'idle' && lastFrame.step === step)(window.twistscope)"
"""Condition in the page: paused, and the last plan is painted."""


def picture(page, name):
    return page.evaluate(PIXELS, name)


def press(page, knob, key, times=1):
    """Move a slider with the keyboard."""
    slider = page.locator(f'[data-knob="{knob}"] [role=slider]')
    slider.focus()
    for _ in range(times):
        slider.press(key)


def settle(page, changed_from):
    """Wait until a frame newer than `changed_from` is painted, no plan is running, and no knob waits to be in force."""
    done = "window.twistscope.phase === 'idle' && !document.querySelector('[data-pending]')"
    page.wait_for_function(f"frame => window.twistscope.lastFrame.frame > frame && {done}", arg=changed_from["frame"], timeout=60_000)


def last_frame(page):
    return page.evaluate("window.twistscope.lastFrame")


def sentence(page):
    return page.locator("[data-panel=narration]").inner_text()


def test_the_page_opens_paused_with_every_picture_drawn(server, open_page):
    page = open_page(server.url)
    for name in PICTURES:
        assert picture(page, name)["drawn"] > 100, name
        assert len(page.locator(f"[data-panel={name}] canvas.base").get_attribute("aria-label")) > 20
    assert not page.evaluate("window.twistscope.playing")
    assert last_frame(page) | {"particles": 256, "depth": 24, "step": 0} == last_frame(page)
    assert "ESS" in sentence(page)
    page.wait_for_selector(".decision-picture [data-bar=improved]", state="attached")


def test_playing_paints_new_moments_until_paused(server, open_page):
    page = open_page(server.url)
    page.keyboard.press("Space")
    page.wait_for_function("window.twistscope.lastFrame.step >= 5", timeout=60_000)
    page.keyboard.press("Space")
    # The frame of the last plan may arrive after the session reports that it is idle.
    page.wait_for_function(AT_REST)
    assert page.evaluate("window.twistscope.framesPainted") >= 3
    step = last_frame(page)["step"]
    page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_function("step => window.twistscope.lastFrame.step === step - 1", arg=step)


def test_moving_alpha_changes_the_picture_and_the_numbers_at_the_same_moment(server, open_page):
    page = open_page(server.url)
    before = {name: picture(page, name) for name in PICTURES}
    numbers, frame = page.locator(".decision-numbers").inner_text(), last_frame(page)
    press(page, "alpha", "End")
    page.wait_for_function("window.twistscope.latencies.length > 0")
    settle(page, frame)
    assert last_frame(page)["step"] == frame["step"]
    assert all(picture(page, name)["hash"] != before[name]["hash"] for name in ("genealogy", "strips", "weights"))
    assert page.locator(".decision-numbers").inner_text() != numbers
    assert page.locator('[data-knob="alpha"] .knob-value').inner_text() == "1"


def test_the_same_settings_give_the_same_picture_again(server, open_page):
    page = open_page(server.url)
    before = picture(page, "genealogy")
    frame = last_frame(page)
    press(page, "retrace_lambda", "Home")
    settle(page, frame)
    frame = last_frame(page)
    page.locator('[data-reset="targets"]:visible').click()
    settle(page, frame)
    assert picture(page, "genealogy") == before


def test_the_level_cursor_moves_with_the_arrow_keys_and_the_sentence_follows(server, open_page):
    page = open_page(server.url)
    page.keyboard.press("Home")
    # The sentence follows with the next paint.
    page.wait_for_function("document.querySelector('[data-panel=narration]')?.innerText.startsWith('Level 0:')")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("window.twistscope.cursorLevel === 1")
    page.wait_for_function("document.querySelector('[data-panel=narration]')?.innerText.startsWith('Level 1:')")
    page.keyboard.press("End")
    page.wait_for_function("window.twistscope.cursorLevel === 23")


def test_hovering_a_particle_shows_its_numbers_and_highlights_it_in_every_picture(server, open_page):
    page = open_page(server.url)
    overlay = PIXELS.replace("canvas.base", "canvas.overlay")
    before = {name: page.evaluate(overlay, name) for name in PICTURES}
    shown = page.locator("[data-panel=particle]").inner_text()
    box = page.locator("[data-panel=genealogy] canvas.base").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.3)
    page.wait_for_function("shown => document.querySelector('[data-panel=particle]').innerText !== shown", arg=shown)
    assert all(page.evaluate(overlay, name) != before[name] for name in PICTURES)
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.3)
    page.wait_for_function("window.twistscope.selection !== null")
    page.keyboard.press("Escape")
    page.wait_for_function("window.twistscope.selection === null")


def test_a_shape_setting_says_compiling_while_the_old_picture_stays(server, open_page):
    page = open_page(server.url)
    page.evaluate(
        """() => { window.seen = []; new MutationObserver(() => seen.push(document.body.innerText.includes("compiling")))
               .observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true }); }"""
    )
    page.locator('[data-knob="depth"] select').select_option("8")
    page.wait_for_function("window.twistscope.lastFrame.depth === 8", timeout=60_000)
    assert page.evaluate("window.seen.includes(true)")


def test_a_large_session_draws_some_of_it_and_stays_in_hand(server, open_page):
    page = open_page(server.url)
    address = f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}"
    assert httpx.patch(f"{address}/settings", json={"particles": 4096, "depth": 32}).status_code == 200
    page.wait_for_function("window.twistscope.lastFrame.particles === 4096 && window.twistscope.phase === 'idle'", timeout=120_000)
    frame = last_frame(page)
    assert frame["steps"] > 100_000
    # A drawing is bounded: about 6144 nodes, and the lines of the heaviest particle of each level.
    assert 2000 < frame["drawn"] < 6144 + 32 * 32
    said = page.locator("[data-panel=genealogy] .panel-note").inner_text()
    share = float(re.fullmatch(r"4096 imagined futures, 32 steps deep · ([\d.]+) % of the steps drawn", said)[1])
    assert share == pytest.approx(100 * frame["drawn"] / frame["steps"], abs=0.05)
    for name in PICTURES:
        assert picture(page, name)["drawn"] > 100, name

    page.keyboard.press("Space")
    painted = page.evaluate("window.twistscope.framesPainted")
    page.wait_for_function("painted => window.twistscope.framesPainted >= painted + 5", arg=painted, timeout=60_000)
    # Keys, knobs and pointer are handled between frames.
    page.keyboard.press("Home")
    page.wait_for_function(
        "window.twistscope.cursorLevel === 0 && document.querySelector('[data-panel=narration]').innerText.startsWith('Level 0: ESS')"
    )
    press(page, "alpha", "End")
    page.wait_for_function("window.twistscope.latencies.length > 0", timeout=60_000)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    # A frame after the click would clear the selection.
    page.wait_for_function(AT_REST)

    box = page.locator("[data-panel=genealogy] canvas.base").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.3)
    page.wait_for_function("window.twistscope.selection !== null")
    chosen = page.evaluate("window.twistscope.selection")
    title = f"slot {chosen['slot']} at level {chosen['level']}"
    page.wait_for_function("title => document.querySelector('[data-panel=particle] .panel-note')?.innerText.endsWith(title)", arg=title)
    assert page.locator(".particle-numbers .steps tr").count() >= 2


def test_without_a_trust_region_the_page_says_that_there_is_no_twist(server, open_page):
    page = open_page(server.url)
    assert "no twist" not in sentence(page)
    frame = last_frame(page)
    address = f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}"
    assert httpx.patch(f"{address}/settings", json={"constraint": "fixed_kl", "kl_bound": 0.0}).status_code == 200
    settle(page, frame)
    assert sentence(page).endswith("no twist: the proposal is the prior.")
    assert "no twist" in page.locator("[data-panel=strips] canvas.base").get_attribute("aria-label")


def test_help_opens_and_closes_with_the_question_mark(server, open_page):
    page = open_page(server.url)
    page.keyboard.press("?")
    page.locator("#help").wait_for()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()


def test_nothing_sticks_out_to_the_side(server, open_page):
    page = open_page(server.url)
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
        outside = page.evaluate(
            """width => [...document.querySelectorAll("header *, #microscope *, #drawer *")].filter(
                     e => e.offsetParent && !e.closest("[data-drawer], #knobs") && e.getBoundingClientRect().right > width + 1
                 ).map(e => e.id || e.className)""",
            width,
        )
        assert outside == []


def test_the_page_survives_a_restart_of_the_server_under_it(open_page, data):
    port = free_port()
    with serving("serve", "--no-open", data=data, port=port) as first:
        wait_until_ready(first)
        page = open_page(first.url)
        frame = last_frame(page)
        press(page, "alpha", "End")
        settle(page, frame)
        page.locator('[data-do="forward"]').click()
        page.wait_for_function("window.twistscope.lastFrame.step === 1 && window.twistscope.phase === 'idle'")
        session = page.evaluate("window.twistscope.session")
        before = picture(page, "genealogy")
        first.kill()
    page.wait_for_function("window.twistscope.connection !== 'open'", timeout=30_000)
    # The last picture stays visible, and a message reports the lost connection.
    assert picture(page, "genealogy") == before
    with serving("serve", "--no-open", data=data, port=port) as second:
        wait_until_ready(second)
        page.wait_for_function("id => window.twistscope.connection === 'open' && window.twistscope.session !== id", arg=session, timeout=60_000)
        page.wait_for_function("window.twistscope.lastFrame.step === 1 && window.twistscope.phase === 'idle'", timeout=60_000)
        held = httpx.get(f"{second.api}/sessions/{page.evaluate('window.twistscope.session')}").json()
        assert held["settings"]["alpha"] == 1.0
        assert held["step"] == 1
        # The new session starts at this moment, and can be rewound to the start of the episode.
        page.locator('[data-do="first"]').click()
        page.wait_for_function("window.twistscope.lastFrame.step === 0", timeout=30_000)


def test_a_knob_follows_what_somebody_else_sets(server, open_page):
    page = open_page(server.url)
    session = page.evaluate("window.twistscope.session")
    refused = httpx.patch(f"{server.api}/sessions/{session}/settings", json={"alpha": 7})
    assert refused.status_code == 422
    assert httpx.patch(f"{server.api}/sessions/{session}/settings", json={"alpha": 0.75}).status_code == 200
    page.wait_for_function("document.querySelector('[data-knob=alpha] .knob-value')?.innerText === '0.75'")


def test_two_pages_on_one_server_do_not_disturb_each_other(server, open_page):
    one, two = open_page(server.url), open_page(server.url)
    frame, other = last_frame(one), last_frame(two)
    press(one, "alpha", "End")
    settle(one, frame)
    assert last_frame(two) == other
    one.context.close()
    press(two, "alpha", "Home")
    settle(two, other)
