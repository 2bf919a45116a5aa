"""Checkpoints of an extra that is not installed: they are shown, say how to install it, and hinder no other."""

import json
import shutil
import sys

import httpx
import pytest

from backend.engine.ahead import one_of_each
from dashboard.app import ASSETS
from planner import Checkpoints
from tests.servers import serving, twistscope

pytestmark = pytest.mark.browser

SNAKE, POLE = "snake6x6-early", "cartpole-early"
SAYS = 'environment \'Snake6x6-jumanji\' needs an extra: pip install "twistscope[jumanji]", or in a clone pip install -e ".[jumanji]"'
HIDDEN = """import importlib.util
there = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name in ("jumanji", "brax") else there(name, package)
"""
"""Read by every interpreter that starts with its folder on the path: packages that are installed are not found."""


@pytest.fixture(scope="module")
def without_extras(tmp_path_factory):
    """Two checkpoints with their recorded openings, and the variables of an environment without extras."""
    folder = tmp_path_factory.mktemp("without-extras")
    for name in (POLE, SNAKE):
        shutil.copytree(ASSETS / "checkpoints" / name, folder / "checkpoints" / name)
        (folder / "moments").mkdir(exist_ok=True)
        shutil.copy(ASSETS / "moments" / f"{name}.safetensors", folder / "moments")
    (folder / "path").mkdir()
    (folder / "path" / "sitecustomize.py").write_text(HIDDEN)
    return {"TWISTSCOPE_CHECKPOINTS": str(folder / "checkpoints"), "PYTHONPATH": str(folder / "path"), "JAX_PLATFORMS": "cpu"}


@pytest.fixture(scope="module")
def server(data, without_extras):
    with serving("serve", "--no-open", data=data / "without-extras", **without_extras) as running:
        yield running


def test_its_card_says_how_to_install_the_extra_and_a_session_with_it_is_refused(server):
    listed = httpx.get(server.api + "/checkpoints").json()
    assert [card["name"] for card in listed["checkpoints"]] == [POLE, SNAKE] and listed["first"] == POLE
    assert listed["missing"] == [{"name": SNAKE, "detail": SAYS}] and listed["damaged"] == []
    for answer in (
        httpx.post(server.api + "/sessions", json={"checkpoint": SNAKE}, timeout=60),
        httpx.get(server.api + f"/checkpoints/{SNAKE}/scene", timeout=60),
    ):
        assert answer.status_code == 404 and answer.json()["detail"] == f"checkpoint {SNAKE!r}: {SAYS}"
    assert httpx.post(server.api + "/sessions", json={"checkpoint": POLE}, timeout=60).status_code == 201


def test_the_page_shows_its_recorded_plan_and_the_reason_and_opens_others(server, open_page):
    page = open_page(f"{server.url}/?checkpoint={SNAKE}", ready="window.twistscope?.showing === 'recorded'")
    page.wait_for_function("says => document.querySelector('#banner')?.textContent.includes(says)", arg=SAYS)
    assert page.locator(".panel-world .panel-note").inner_text().startswith("Snake6x6-jumanji")
    # It is what was asked for, though nothing is planned after it: its pictures are whole, and nothing waits for a plan that does not come.
    assert not page.evaluate("document.querySelector('.microscope').hasAttribute('data-stale')")
    page.wait_for_selector(".why-waiting:has-text('there is no live plan here')")
    page.wait_for_selector("#knobs .knob")
    assert "Waiting" not in page.inner_text("body") and "wait for" not in page.inner_text("body").lower()
    page.keyboard.press("Space")
    page.wait_for_selector("#notice:has-text('Nothing is planned here')")
    assert page.evaluate("[...document.querySelectorAll('#knobs select')].every(({ value }) => value === '')")
    assert page.locator("#knobs").evaluate("knobs => !knobs.innerText.includes('undefined') && !knobs.querySelector('.knob[data-changed=true]')")
    page.click(".why-sure")
    page.wait_for_selector(".why-note:has-text('there is none here')")
    page.click(".share-open")
    page.wait_for_selector("#share .share-note:has-text('recorded plan')")
    assert page.locator("#share .share-link").input_value() == page.url and page.locator("#share .share-files").is_hidden()
    page.keyboard.press("Escape")
    for part, usable in {"#transport": False, "#drawer": False, "#planner": False, "#checkpoint": True}.items():
        assert page.locator(part).evaluate("part => !part.inert") == usable, part
    listed = page.locator("#checkpoint option").all_inner_texts()
    assert listed == [POLE, f"{SNAKE}, recorded"]
    page.locator("#checkpoint").select_option(POLE)
    shown = "document.querySelector('.panel-world .panel-note').textContent.startsWith('CartPole-v1')"
    page.wait_for_function(f"window.twistscope.showing === 'live' && {shown}", timeout=60_000)
    page.wait_for_selector(".why-item[data-reason=prior]")
    page.wait_for_selector("#transport:not([inert])")
    assert "none here" not in page.locator(".timeline-note").inner_text()


def test_a_page_opens_with_a_checkpoint_that_can_be_opened_though_another_is_preferred(without_extras, data):
    with serving("serve-backend", data=data / "preferred", TWISTSCOPE_PRELOAD=SNAKE, **without_extras) as running:
        assert httpx.get(running.api + "/checkpoints").json()["first"] == POLE


def test_the_page_of_checkpoints_says_it_on_the_card(server, open_page):
    page = open_page(f"{server.url}/checkpoints", ready="document.querySelectorAll('.card').length === 2")
    assert page.locator(f'.card[data-checkpoint="{SNAKE}"] .card-missing').inner_text() == f"Recorded plan only: {SAYS}"
    assert page.locator(f'.card[data-checkpoint="{POLE}"] .card-missing').count() == 0


def test_the_command_line_says_it_in_one_line(without_extras, tmp_path):
    listed = twistscope("checkpoints", env=without_extras, anew=True, check=True)
    assert listed.stdout.count(SAYS) == 1
    assert json.loads(twistscope("checkpoints", "--json", env=without_extras, anew=True, check=True).stdout)["missing"] == {SNAKE: SAYS}
    refused = twistscope("plan", "--checkpoint", SNAKE, "--out", str(tmp_path / "plan.safetensors"), env=without_extras, anew=True)
    assert refused.returncode == 2 and refused.stderr == f"twistscope: {SAYS}\n" and not list(tmp_path.iterdir())


def test_its_program_is_not_compiled_ahead(without_extras, monkeypatch):
    checkpoints = Checkpoints(without_extras["TWISTSCOPE_CHECKPOINTS"])
    assert [card.name for card in one_of_each(checkpoints)] == [POLE, SNAKE]
    # None marks a package that is not installed.
    monkeypatch.setitem(sys.modules, "jumanji", None)
    assert [card.name for card in one_of_each(checkpoints)] == [POLE]
