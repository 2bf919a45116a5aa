"""Choices are kept: in the address, over a reload, and when the checkpoint or the planner changes."""

import httpx
import pytest

from backend.address import VERSION
from tests.browser.notices import last_notice
from tests.browser.test_page import AT_REST, last_frame, picture, press, settle

pytestmark = pytest.mark.browser

CONTROLS = "document.querySelector('[data-knob] [role=slider]') && document.querySelector('#seed')?.value"
# The address links to the moment, with these choices; what the checkpoint gives is always in it.
KEPT = """wanted => {
  const all = Object.fromEntries(new URLSearchParams(location.search));
  const { v, sha, digest, actions, discount, reward_temperature, ...chosen } = all;
  const same = (a, b) => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
  return v === "VERSION" && !!sha && !!digest && same({ checkpoint: "cartpole-early", planner: "trt_smc", seed: "0", step: "0", ...wanted }, chosen);
}""".replace("VERSION", f"{VERSION}")


def session_of(page, server):
    return httpx.get(f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}").json()


def opened(server, open_page, search="", **options):
    page = open_page(f"{server.url}/{search}", **options)
    page.wait_for_function(CONTROLS)
    page.wait_for_function(AT_REST, timeout=60_000)
    return page


def test_a_page_loaded_again_goes_on_with_planner_seed_step_and_knobs(server, open_page):
    page = opened(server, open_page)
    # Nothing was chosen, so nothing needs saying.
    assert page.evaluate("location.search") == ""
    page.locator("#planner").select_option("spo")
    page.wait_for_function(KEPT, arg={"planner": "spo"})
    page.wait_for_function(AT_REST, timeout=60_000)
    page.locator("#seed").focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_function("window.twistscope.seed === 1")
    page.wait_for_function(AT_REST)
    frame = last_frame(page)
    press(page, "discount", "ArrowLeft")
    settle(page, frame)
    for step in (1, 2):
        page.locator("[data-do=forward]").click()
        page.wait_for_function("step => window.twistscope.lastFrame.step === step", arg=step)
    page.wait_for_function(AT_REST)
    page.wait_for_function("location.search.includes('step=2')")
    before, search = session_of(page, server), page.evaluate("location.search")
    assert "planner=spo&seed=1&step=2" in search and "discount=0.9" in search and "actions=" in search
    # Not the strips: their axes stay where they fit, and so remember what was drawn before.
    drawn = {name: picture(page, name) for name in ("genealogy", "weights")}
    said = page.locator(".panel-decision").inner_text()

    page.reload()
    page.wait_for_function("window.twistscope?.lastFrame?.step === 2", timeout=60_000)
    page.wait_for_function(AT_REST)
    page.wait_for_function(CONTROLS)
    after = session_of(page, server)
    assert after["id"] != before["id"]
    assert {name: after[name] for name in ("planner", "seed", "step", "settings")} == {
        name: before[name] for name in ("planner", "seed", "step", "settings")
    }
    assert {name: picture(page, name) for name in drawn} == drawn
    assert page.locator(".panel-decision").inner_text() == said
    assert [page.locator(f"#{name}").input_value() for name in ("planner", "seed")] == ["spo", "1"]
    assert page.evaluate("location.search") == search

    # Back to what goes without saying.
    page.locator('[data-reset="*"]').click()
    page.wait_for_function("search => location.search !== search", arg=search)
    page.locator("#planner").select_option("trt_smc")
    page.wait_for_function("window.twistscope.showing === 'live'", timeout=60_000)
    page.locator("#seed").fill("0")
    page.keyboard.press("Enter")
    page.wait_for_function(KEPT, arg={"step": "0"}, timeout=60_000)


def test_what_an_address_asks_for_and_cannot_be_had_is_said_and_left_out(server, open_page):
    page = opened(server, open_page, "?planner=zork&seed=-1&step=2&alpha=0.25&kl_bound=x&colour=blue&token=t")
    session = session_of(page, server)
    assert (session["planner"], session["seed"], session["step"], session["settings"]["alpha"]) == ("trt_smc", 0, 2, 0.25)
    page.wait_for_function(KEPT, arg={"step": "2", "alpha": "0.25"})
    for part in ("planner: “zork” is not possible", "seed: −1 is not possible", "kl_bound: “x” is not possible", "colour"):
        assert part in last_notice(page), part
    assert page.locator("#seed").input_value() == "0"


def test_a_step_that_cannot_be_reached_is_said(server, open_page):
    page = open_page(f"{server.url}/?checkpoint=catch-early&step=500")
    # Episodes of Catch have nine steps.
    page.wait_for_function("window.twistscope.phase === 'ended'", timeout=60_000)
    assert session_of(page, server)["step"] == 9
    page.wait_for_function(KEPT, arg={"checkpoint": "catch-early", "step": "9"})
    assert last_notice(page) == "Step 500 cannot be reached: the episode ends at step 9."


def test_another_checkpoint_keeps_planner_seed_and_knobs_and_plays_on(server, open_page):
    page = opened(server, open_page, "?checkpoint=cartpole-early&planner=spo&seed=3&particles=64&depth=8")
    page.locator("#speed").select_option("20")
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    page.wait_for_function("window.twistscope.playing && window.twistscope.lastFrame.step >= 1", timeout=60_000)
    page.locator("#checkpoint").select_option("cartpole")
    page.wait_for_function("document.querySelector('#checkpoint')?.value === 'cartpole' && window.twistscope.showing === 'live'", timeout=60_000)
    page.wait_for_function("window.twistscope.playing && window.twistscope.lastFrame.step >= 2", timeout=60_000)
    session = session_of(page, server)
    assert (session["checkpoint"], session["planner"], session["seed"], session["speed"]) == ("cartpole", "spo", 3, 20)
    assert (session["settings"]["particles"], session["settings"]["depth"]) == (64, 8)
    assert last_notice(page) == ""
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    page.wait_for_function("!window.twistscope.playing")


def test_choices_in_quick_succession_lose_nothing(server, open_page):
    sessions = f"{server.api}/sessions"
    for each in httpx.get(sessions).json()["sessions"]:
        httpx.delete(f"{sessions}/{each['id']}")
    page = opened(server, open_page, "?checkpoint=cartpole-early&particles=64&depth=8&alpha=0.3")
    page.keyboard.press("Space")
    page.wait_for_function("window.twistscope.playing")
    for checkpoint in ("catch", "catch-early", "cartpole"):
        page.locator("#checkpoint").select_option(checkpoint)
    page.locator("#planner").select_option("spo")
    page.locator("#planner").select_option("trt_smc")
    page.wait_for_function("window.twistscope.showing === 'live' && window.twistscope.playing", timeout=60_000)
    page.wait_for_function("window.twistscope.lastFrame.step >= 1")
    session = session_of(page, server)
    assert (session["checkpoint"], session["settings"]["particles"], session["settings"]["alpha"]) == ("cartpole", 64, 0.3)
    # Of the sessions on the way none is left behind.
    page.wait_for_function("address => fetch(address).then((answer) => answer.json()).then(({ sessions }) => sessions.length === 1)", arg=sessions)
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    page.wait_for_function("!window.twistscope.playing")


def test_another_planner_keeps_the_knobs_that_it_has(server, open_page):
    page = opened(server, open_page, "?particles=64&depth=8&ess_threshold=0.25&seed=2")
    page.locator("#planner").select_option("tsmcts")
    page.wait_for_function("document.querySelector('#planner')?.value === 'tsmcts' && window.twistscope.showing === 'live'", timeout=120_000)
    session = session_of(page, server)
    assert (session["planner"], session["seed"], session["settings"]["particles"], session["settings"]["depth"]) == ("tsmcts", 2, 64, 8)
    assert "ess_threshold" not in session["settings"]
    page.wait_for_function(KEPT, arg={"planner": "tsmcts", "seed": "2", "particles": "64", "depth": "8"})


def test_the_way_over_the_page_of_checkpoints_keeps_what_is_chosen(server, open_page):
    page = opened(server, open_page, "?checkpoint=cartpole-early&planner=spo&seed=3&step=1&particles=64&depth=8&token=t")
    page.locator("#to-checkpoints").click()
    page.wait_for_selector(".card")
    page.locator(".card", has_text="catch-early").locator(".open-checkpoint").first.click()
    page.wait_for_function("window.twistscope?.showing === 'live'", timeout=120_000)
    session = session_of(page, server)
    assert (session["checkpoint"], session["planner"], session["seed"], session["step"]) == ("catch-early", "spo", 3, 0)
    assert (session["settings"]["particles"], session["settings"]["depth"]) == (64, 8)
    page.wait_for_function(KEPT, arg={"checkpoint": "catch-early", "planner": "spo", "seed": "3", "particles": "64", "depth": "8"})


def test_a_knob_that_another_checkpoint_does_not_have_is_said_and_left_behind(server, open_page):
    page = opened(server, open_page, "?checkpoint=fourrooms-early&value_source=exact&particles=64&depth=8")
    assert session_of(page, server)["settings"]["value_source"] == "exact"
    page.locator("#checkpoint").select_option("cartpole-early")
    page.wait_for_function(
        "document.querySelector('#checkpoint').value === 'cartpole-early' && window.twistscope.showing === 'live'", timeout=120_000
    )
    settings = session_of(page, server)["settings"]
    assert (settings["value_source"], settings["particles"]) == ("network", 64)
    assert "value_source: “exact” is not possible" in last_notice(page)


def test_an_episode_that_has_ended_is_begun_again_with_reset(server, open_page):
    page = opened(server, open_page, "?checkpoint=catch-early&particles=64&depth=8")
    page.keyboard.press("Space")
    page.wait_for_function("window.twistscope.phase === 'ended'", timeout=60_000)
    page.keyboard.press("Space")
    page.wait_for_function("lastNotice.includes('go back or reset')")
    page.get_by_role("button", name="Reset: begin the episode again").click()
    page.wait_for_function("window.twistscope.step === 0 && window.twistscope.lastFrame.step === 0 && window.twistscope.phase === 'idle'")
    session = session_of(page, server)
    assert (session["step"], session["furthest"], session["seed"]) == (0, 0, 0)
