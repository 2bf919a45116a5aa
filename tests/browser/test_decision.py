"""The root decision in its three views, and with very many actions whose names are long."""

import json

import numpy as np
import pytest

from dashboard.app import ASSETS
from planner import Checkpoints, run
from planner.record import container
from planner.record.drawing import SCHEMA
from tests.browser.test_kept import opened
from tests.browser.test_sizes import LEGIBLE

pytestmark = pytest.mark.browser

VIEW = ".decision-views button[aria-pressed=true]"
SIZES = ((1440, 900), (1280, 720), (390, 844))


def crowded(count=64, letters=40):
    """The drawing of a real plan as if it had very many actions with long names."""
    record = run(Checkpoints(ASSETS / "checkpoints").load("cartpole-early"), particles=64, depth=12, seed=3)
    kept, header = container.read(record.drawing(complete=True), SCHEMA)
    arrays, random, levels = dict(kept), np.random.default_rng(7), record.arrays["parent"].shape[0]
    shares = lambda peak: random.dirichlet(np.full(count, peak)).astype(np.float32)
    arrays |= {"root_prior": shares(1.0), "root_proposal": shares(1.0), "root_policy": shares(0.15), "root_visits": np.full(count, 4, np.int32)}
    arrays["root_q"] = random.normal(52, 0.4, count).astype(np.float32)
    arrays["root_q"][::9] = np.nan
    arrays["root_q_spread"] = np.stack([arrays["root_q"] - 0.2, arrays["root_q"] + 0.3], 1).astype(np.float32)
    arrays["chosen_action"] = np.int32(arrays["root_policy"].argmax())
    way = np.linspace(0, 1, levels)[:, None]
    arrays["trail/policy"] = ((1 - way) * arrays["root_prior"] + way * arrays["root_policy"]).astype(np.float32)
    arrays["trail/q"] = np.tile(arrays["root_q"], (levels, 1))
    first = random.integers(0, count, 64)
    root = np.zeros(arrays["parent"].size, np.uint8)
    for node, parent in enumerate(arrays["parent"]):
        root[node] = first[node] if parent < 0 else root[parent]
    arrays["root"] = root
    ends = arrays["level_start"]
    arrays["root_counts"] = np.stack([np.bincount(root[ends[level] : ends[level + 1]], minlength=count) for level in range(levels)]).astype(np.int32)
    arrays["node/action"] = root.astype(np.int32)
    arrays["particle"] = np.array([*arrays["particle"][:2], root[-1]], np.int32)
    arrays["lineage/action"] = np.full(arrays["lineage/action"].size, root[-1], np.int32)
    names = [f"{action} counterclockwise quarter turn of the upper left face"[:letters] for action in range(count)]
    own = {name: value for name, value in header.items() if name != "schema"} | {"actions": json.dumps(names), "recorded": "true", "frame": "0"}
    return container.write(arrays, {"schema": SCHEMA, **own})


def test_the_decision_is_seen_as_bars_as_dots_and_by_level(server, open_page):
    page = opened(server, open_page, "?checkpoint=frozenlake-early&particles=64&depth=12&ess_threshold=0.5&trust=full")
    assert page.locator(VIEW).inner_text() == "bars"
    assert page.locator(".region-text").inner_text().startswith("KL 0.")
    # Dots come with the trail, which the page then asks for.
    page.locator(".decision-views").get_by_role("button", name="dots").click()
    page.wait_for_selector(".decision-picture [data-mark=trail]", state="attached")
    assert page.locator(".decision-picture [data-mark=spread]").count() >= 3
    dot = page.locator(".decision-picture rect[data-action='1']").bounding_box()
    page.mouse.click(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    page.wait_for_function("window.twistscope.selection?.action !== undefined")
    page.locator(".take-action").wait_for()
    page.keyboard.press("Escape")
    page.locator(".decision-views").get_by_role("button", name="levels").click()
    # From the prior on, a point after each of the 12 levels.
    paths = "[...document.querySelectorAll('.decision-picture path[data-mark=trail]')]"
    lines = f"{paths}.map((line) => line.getAttribute('d').split('L').length - 1).join()"
    page.wait_for_function(f"{lines} === '12,12,12,12'")
    page.reload()
    page.wait_for_selector(".decision-picture path[data-mark=trail]", state="attached", timeout=60_000)
    assert page.locator(VIEW).inner_text() == "levels"


def test_very_many_actions_with_long_names_are_read_at_every_size_in_every_view(server, open_page):
    def prepare(page):
        page.add_init_script(LEGIBLE)
        page.route("**/api/v1/opening*", lambda route: route.fulfill(body=crowded(), content_type="application/vnd.twistscope.drawing"))
        page.route("**/api/v1/sessions", lambda route: None)

    page = open_page(server.url, ready="window.twistscope?.firstPictureMs > 0", prepare=prepare)
    page.wait_for_selector("#page", state="attached")
    # What is cut off is whole in a title.
    titles = page.locator(".decision-picture rect title").all_text_contents()
    assert len(titles) == 20 and titles[-1] == "Click to see all actions" and "counterclockwise quarter turn of" in titles[0]
    for view in ("bars", "dots", "levels"):
        page.locator(".decision-views").get_by_role("button", name=view).click()
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function("() => window.illegible().length === 0", timeout=15_000, polling=100)
    page.locator(".decision-views").get_by_role("button", name="bars").click()
    page.locator(".decision-picture rect[data-action='-1']").click()
    page.wait_for_function("document.querySelectorAll('.decision-picture rect[data-action]').length === 64")
