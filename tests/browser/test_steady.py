"""While playing nothing moves but what the plans move: panels keep their places, axes follow slowly, and numbers are of the plan in the pictures."""

import re

import pytest

from tests.browser.test_tree import choose_planner

pytestmark = pytest.mark.browser

STEPS = 32
PACE = 0.12
"""Largest share of its length by which an end of an axis moves with a plan (assets/js/lib/steady_axis.js)."""

WATCH = """() => {
  const watched = window.watched = { boxes: [], axes: [], steps: 0 };
  const parts = [...document.querySelectorAll(".panel, .stage, .decision-picture, .decision-numbers, .decision-note, .microscope-foot, #top, .narration")];
  let painted = twistscope.framesPainted;
  const look = () => {
    if (twistscope.framesPainted !== painted) {
      watched.steps += 1;
      watched.boxes.push(parts.map((part) => {
        const { x, y, width, height } = part.getBoundingClientRect();
        return [part.className || part.id, x, y, width, height].join(" ");
      }).join("\\n"));
      const table = document.querySelector(".steps")?.getBoundingClientRect();
      watched.boxes[watched.boxes.length - 1] += table ? `\\ntable at ${table.y}` : "";
      const texts = [...document.querySelectorAll(".decision-picture [data-tick=q]")].map((tick) => tick.textContent);
      watched.axes.push([twistscope.framesPainted - painted, texts[0], texts[texts.length - 1]]);
      painted = twistscope.framesPainted;
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


@pytest.mark.parametrize(("checkpoint", "planner"), [("cartpole-early", None), ("fourrooms-early", "Gumbel MCTS")])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720), (390, 844)])
def test_playing_moves_no_panel_and_no_axis_by_leaps(server, open_page, checkpoint, planner, width, height):
    if planner and width != 1280:
        pytest.skip("one width is enough for the second planner")
    page = open_page(f"{server.url}/?checkpoint={checkpoint}", width, height)
    page.wait_for_selector("#page", state="attached")
    if planner:
        choose_planner(page, planner)
    page.wait_for_selector(".steps")
    seen = play(page)
    assert len(set(seen["boxes"])) == 1, "\n---\n".join(sorted(set(seen["boxes"])))
    for (_, *before), (plans, *after) in zip(seen["axes"], seen["axes"][1:], strict=False):
        (low, high), rounding = ends(before)
        (new_low, new_high), more = ends(after)
        # Each plan may move an end by PACE of the axis, which may have grown by twice that with each plan before it.
        allowed = sum(PACE * (high - low + 2 * rounding) * (1 + 2 * PACE) ** plan for plan in range(plans)) + rounding + more
        assert abs(new_low - low) <= allowed and abs(new_high - high) <= allowed, f"{before} became {after} with {plans} plans"


def test_the_numbers_are_of_the_plan_that_the_pictures_show(server, open_page):
    page = open_page(server.url)
    page.wait_for_selector("#page", state="attached")
    # Titles of the pictures and the numbers beside them are written with every plan.
    page.evaluate(
        """() => {
          window.differing = [];
          window.compared = new Set();
          const numbers = () => Object.fromEntries([...document.querySelectorAll(".decision-numbers > div")].map((pair) => [...pair.children].map(({ innerText }) => innerText)));
          const { target } = Object.assign({}, { target: (text) => /Value target (\\S+) against/.exec(text)[1] });
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
    )
    page.locator('[data-do="play"]').click()
    page.wait_for_function("window.twistscope.step >= 30", timeout=120_000)
    assert page.evaluate("window.compared.size") >= 10
    assert page.evaluate("window.differing") == []
