"""While playing nothing moves but what the plans move: panels keep their places, axes follow slowly, and numbers are of the plan in the pictures."""

import re

import pytest

from dashboard.app import ASSETS
from tests.browser.test_tree import choose_planner

pytestmark = pytest.mark.browser

STEPS = 20
PACE = float(re.search(r"PACE = ([\d.]+)", (ASSETS / "js" / "lib" / "steady_axis.js").read_text("utf-8")).group(1))
"""Largest share of its length by which an end of an axis moves with a plan."""

WATCH = """() => {
  const watched = window.watched = { boxes: [], axes: [] };
  const names = [".panel", ".stage", ".decision-picture", ".decision-numbers", ".decision-note", ".microscope-foot", ".narration", "#top"];
  const parts = [...document.querySelectorAll(names.join())];
  let painted = twistscope.framesPainted;
  const look = () => {
    if (twistscope.framesPainted !== painted) {
      const lines = parts.map((part) => {
        const { x, y, width, height } = part.getBoundingClientRect();
        return [part.id || part.getAttribute("class"), x, y, width, height].join(" ");
      });
      // The table has a row for each step, but it begins at one place.
      const table = document.querySelector(".steps");
      watched.boxes.push([...lines, ...(table ? [`table at ${table.getBoundingClientRect().y}`] : [])].join("\\n"));
      const texts = [...document.querySelectorAll(".decision-picture [data-tick=q]")].map((tick) => tick.textContent);
      watched.axes.push([twistscope.framesPainted - painted, texts[0], texts[texts.length - 1]]);
      painted = twistscope.framesPainted;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


# The note of the weights is written with the pictures; the facts about the heaviest particle say the same weight.
COMPARE = """() => {
  window.differing = [];
  window.compared = new Set();
  const look = () => {
    const level = twistscope.lastFrame.depth - 1;
    const weight = /carries (.*)$/.exec(document.querySelector(".panel-weights .panel-note").textContent)[1];
    const facts = document.querySelector(".particle-branch").textContent;
    const shown = document.querySelector(".panel-particle .panel-note").textContent;
    if (shown.startsWith("heaviest") && shown.endsWith(`level ${level}`)) {
      window.compared.add(twistscope.step);
      if (!facts.includes(`weight ${weight} `)) window.differing.push([twistscope.step, weight, facts]);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def play(page, steps=STEPS):
    """Play so many steps from here, and return what was seen at every painting."""
    page.evaluate(WATCH)
    page.locator('[data-do="play"]').click()
    page.wait_for_function("steps => window.twistscope.step >= steps || window.twistscope.phase === 'ended'", arg=steps, timeout=120_000)
    seen = page.evaluate("window.watched")
    assert len(seen["boxes"]) >= 10
    return seen


def ends(texts):
    """The numbers of two ticks, and how far rounding may have moved them."""
    numbers = [float(text.replace("−", "-").replace("e−", "e-")) for text in texts]
    decimals = max(len(re.sub(r"e.*", "", text).partition(".")[2]) for text in texts)
    return numbers, 0.5 * 10.0**-decimals


@pytest.mark.parametrize(
    ("checkpoint", "planner", "width", "height"),
    [
        ("cartpole-early", None, 1440, 900),
        ("cartpole-early", None, 390, 844),
        ("pendulum-early", None, 1280, 720),
        ("fourrooms-early", "Gumbel MCTS", 1280, 720),
    ],
)
def test_playing_moves_no_panel_and_no_axis_by_leaps_and_numbers_are_of_the_pictures(server, open_page, checkpoint, planner, width, height):
    page = open_page(f"{server.url}/?checkpoint={checkpoint}", width, height)
    page.wait_for_selector("#page", state="attached")
    if planner:
        choose_planner(page, planner)
    page.wait_for_selector(".steps")
    if not planner:
        page.wait_for_function("window.twistscope.lastFrame")
        page.evaluate(COMPARE)
    seen = play(page)
    if not planner:
        assert page.evaluate("window.compared.size") >= 10
        assert page.evaluate("window.differing") == []
    assert len(set(seen["boxes"])) == 1, "\n---\n".join(sorted(set(seen["boxes"])))
    for (_, *before), (plans, *after) in zip(seen["axes"], seen["axes"][1:], strict=False):
        (low, high), rounding = ends(before)
        (new_low, new_high), more = ends(after)
        # Each plan may move an end by PACE of the axis, which may have grown by twice that with each plan before it.
        allowed = sum(PACE * (high - low + 2 * rounding) * (1 + 2 * PACE) ** plan for plan in range(plans)) + rounding + more
        assert abs(new_low - low) <= allowed and abs(new_high - high) <= allowed, f"{before} became {after} with {plans} plans"


def test_many_seeds_stay_in_their_place_when_they_are_out_of_date(server, open_page):
    page = open_page(f"{server.url}/?checkpoint=cartpole-early", 1280, 720)
    page.wait_for_selector(".steps")
    page.locator(".seeds-count").select_option("16")
    page.locator(".seeds-plan").click()
    page.wait_for_selector(".seeds-figure.js-plotly-plot", timeout=120_000)
    seen = play(page, 12)
    assert page.locator(".seeds-note").inner_text().startswith("Out of date: of step 0")
    assert len(set(seen["boxes"])) == 1, "\n---\n".join(sorted(set(seen["boxes"])))


def test_the_sentence_keeps_its_width_while_others_wait(server, open_page):
    page = open_page(f"{server.url}/?checkpoint=cartpole-early")
    page.wait_for_selector("#page", state="attached")
    page.wait_for_function("window.twistscope.phase === 'idle' && window.twistscope.showing === 'live'")
    for width, height in ((1280, 720), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        widths = page.evaluate(
            """() => ["", "3 waiting", "12 waiting"].map((text) => {
                document.getElementById("fact-queue").textContent = text;
                return document.querySelector(".narration").getBoundingClientRect().width;
            })"""
        )
        assert len(set(widths)) == 1, widths
