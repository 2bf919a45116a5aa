"""The page of checkpoints: contents of the cards, pictures, and navigation to the microscope and back."""

import json
import shutil

import pytest

from dashboard.app import ASSETS
from tests.servers import serving, wait_until_ready

pytestmark = pytest.mark.browser

SHIPPED = ASSETS / "checkpoints"
READY = "document.querySelector('#all')?.getAttribute('aria-busy') === 'false'"
DRAWN = """selector => {
  const canvas = document.querySelector(selector);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, index) => index % 4 === 3 && value > 0);
}"""
PIXELS = """name => document.querySelector(`.card[data-checkpoint='${name}'] canvas`).toDataURL()"""
EVIL = '<img src=x onerror="window.hacked = true"> & <b>bold</b>'
LEARNING = {
    "about": {"command": "python -m benchmarks learning", "device": "a GPU", "interval": "95 % of bootstrap samples"},
    "environments": {
        "CartPole-v1": {
            "unit": "return of the greedy policy",
            "curves": {
                name: {"title": title, "seeds": 5, "environment_steps": [0, 50_000, 100_000], "iqm": iqm, "low": iqm, "high": iqm}
                for name, title, iqm in (("trt_smc", "TRT-SMC", [20, 450, 500]), ("spo", "SPO", [20, 400, 495]), ("ppo", EVIL, [20, 100, 300]))
            },
        }
    },
}


def cards_on_disk():
    return {path.parent.name: json.loads(path.read_text("utf-8")) for path in SHIPPED.glob("*/card.json")}


def open_checkpoints(open_page, url, *size, learning=None, **options):
    """Open the page with the given learning curves, or none, in place of the shipped ones."""

    def answer(route):
        route.fulfill(status=404, body="") if learning is None else route.fulfill(json=learning)

    return open_page(url + "/checkpoints", *size, ready=READY, prepare=lambda page: page.route("**/learning.json", answer), **options)


def open_details(page):
    page.locator(".card details").evaluate_all("all => all.forEach(each => { each.open = true; })")


def names_of(page):
    return page.locator(".card").evaluate_all("cards => cards.map(card => card.dataset.checkpoint)")


def card_of(page, name):
    return page.locator(f'.card[data-checkpoint="{name}"]')


def test_every_shipped_checkpoint_has_a_card_that_says_what_is_on_disk(server, open_page):
    page = open_checkpoints(open_page, server.url)
    cards = cards_on_disk()
    assert page.locator(".card").count() == len(cards)
    # One chip for all of them, and one for each environment.
    assert page.locator(".gallery-chips .chip").count() == 1 + len({card["environment"] for card in cards.values()})
    assert page.locator("#damaged").is_hidden()
    open_details(page)
    for name, card in cards.items():
        shown = card_of(page, name)
        text = shown.inner_text()
        assert card["title"] in text and card["description"] in text and card["licence"] in text and card["training"]["device"] in text
        assert f"{card['training']['environment_steps']:,}" in text
        assert shown.locator(f'dd[title="{card["sha256"]}"]').inner_text() == card["sha256"][:12] + "…"
        assert shown.locator(".returns-row:not(.returns-axis)").count() == len(card["returns"])
        assert shown.locator(".returns circle").count() == len(card["returns"])
    early, final = (cards[name]["returns"]["prior"]["mean"] for name in ("cartpole-early", "cartpole"))
    places = [page.locator(f'.card[data-checkpoint="{name}"] .returns .returns-prior').bounding_box()["x"] for name in ("cartpole-early", "cartpole")]
    assert (early < final) == (places[0] < places[1])


def test_cards_are_filtered_and_sorted_and_stages_stand_in_the_order_of_training_on_one_axis(server, open_page):
    page = open_checkpoints(open_page, server.url)
    cards = cards_on_disk()
    open_details(page)
    environments = sorted({card["environment"] for card in cards.values()})
    for environment in environments:
        page.locator(f'.chip[data-environment="{environment}"]').click()
        names = names_of(page)
        assert set(names) == {name for name, card in cards.items() if card["environment"] == environment}
        steps = [cards[name]["training"]["environment_steps"] for name in names]
        assert steps == sorted(steps)
        assert len({axis.inner_html() for axis in page.locator(".returns-axis svg").all()}) == 1
    page.locator(".chip", has_text="all").first.click()
    page.get_by_label("stage").select_option("early")
    early = {name for name in cards if name.endswith("-early")}
    assert set(names_of(page)) == early and page.locator(".gallery-note").inner_text() == f"{len(early)} of {len(cards)}"
    page.get_by_label("sorted by").select_option("steps")
    steps = [cards[name]["training"]["environment_steps"] for name in names_of(page)]
    assert steps == sorted(steps, reverse=True)


def test_pictures_move_when_they_come_into_sight_or_it_is_said_why_not(server, open_page):
    page = open_checkpoints(open_page, server.url)
    drawn = "name => document.querySelector(`.card[data-checkpoint='${name}'] canvas`)?.ariaLabel.startsWith('A plan in ')"
    for name in ("acrobot-early", "space-invaders"):
        card_of(page, name).scroll_into_view_if_needed()
        page.wait_for_function(drawn, arg=name, timeout=60_000)
        page.wait_for_function(DRAWN, arg=f".card[data-checkpoint='{name}'] canvas")
    first = page.evaluate(PIXELS, "space-invaders")
    page.wait_for_function(f"first => ({PIXELS})('space-invaders') !== first", arg=first)
    still = open_checkpoints(open_page, server.url, reduced_motion="reduce")
    still.wait_for_function(drawn, arg="acrobot-early", timeout=60_000)
    first = still.evaluate(PIXELS, "acrobot-early")
    still.wait_for_timeout(400)
    assert still.evaluate(PIXELS, "acrobot-early") == first


def test_two_checkpoints_of_one_environment_are_compared_and_others_are_not(server, open_page):
    page = open_checkpoints(open_page, server.url)
    compare = lambda name: card_of(page, name).get_by_label("compare").check()
    tray = page.locator(".gallery-compare")
    compare("catch")
    assert tray.inner_text() == "Catch: choose another one of Catch-bsuite to compare it with."
    compare("cartpole-early")
    assert tray.inner_text().endswith("only plans of one environment can be compared.") and tray.locator("a").count() == 0
    # Of three the first one goes.
    compare("cartpole")
    assert not card_of(page, "catch").get_by_label("compare").is_checked()
    tray.locator("a").click()
    page.wait_for_function("document.querySelector('#checkpoint')?.value === 'cartpole'", timeout=60_000)
    page.locator("[data-panel=comparison]").wait_for(state="visible", timeout=60_000)
    assert "cartpole-early" in page.locator("[data-panel=comparison]").inner_text()
    page.wait_for_function("location.search.includes('pin=')")


def test_a_checkpoint_opens_in_the_microscope_and_the_way_back_is_there(server, open_page):
    page = open_checkpoints(open_page, server.url)
    link = card_of(page, "catch-early").locator(".open-checkpoint")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("window.twistscope?.framesPainted > 0", timeout=120_000)
    page.wait_for_function("document.querySelector('#checkpoint')?.value === 'catch-early'")
    assert "Catch-bsuite" in page.locator("[data-panel=world] .panel-note").inner_text()
    # A choice made there goes into the address.
    page.locator("#checkpoint").select_option("cartpole-early")
    page.wait_for_function("document.querySelector('[data-panel=world] .panel-note')?.innerText.includes('CartPole-v1')", timeout=60_000)
    assert page.url.endswith("/?checkpoint=cartpole-early")
    page.locator("#to-checkpoints").click()
    page.wait_for_function(READY)
    assert page.url.endswith("/checkpoints?checkpoint=cartpole-early")


def test_an_address_with_a_slash_or_an_environment_opens_there(server, open_page):
    page = open_page(server.url + "/checkpoints/?token=t#Catch-bsuite", ready=READY)
    assert page.url == server.url + "/checkpoints#Catch-bsuite"
    assert page.locator(".chip[aria-pressed=true]").inner_text() == "Catch-bsuite"
    assert {name.partition("-")[0] for name in names_of(page)} == {"catch"}


def test_an_unknown_checkpoint_in_the_address_is_said_and_another_can_be_chosen(server, open_page):
    refused = "document.querySelector('#banner')?.innerText.includes('unknown checkpoint')"
    page = open_page(server.url + "/?checkpoint=zork", 390, 844, ready=refused)
    assert "'zork'" in page.locator("#banner").inner_text()
    assert page.evaluate("window.twistscope.framesPainted") == 0
    page.locator("#checkpoint").select_option("cartpole-early")
    page.wait_for_function("window.twistscope.framesPainted > 0", timeout=60_000)
    assert page.locator("#banner").inner_text() == ""


def test_without_a_file_the_page_says_that_there_are_no_learning_curves(server, open_page):
    page = open_checkpoints(open_page, server.url)
    assert page.locator("#learning-note").inner_text() == "No learning curves have been measured yet."
    assert page.locator(".curves").count() == 0


def test_learning_curves_are_drawn_with_a_name_at_each_line(server, open_page):
    page = open_checkpoints(open_page, server.url, learning=LEARNING)
    chart = page.locator(".curves")
    assert chart.locator("h3").inner_text() == "CartPole-v1"
    assert chart.locator(".curves-plot .curve").count() == 3
    assert chart.locator(".curves-plot polygon").count() == 3
    assert chart.locator(".curves-names text").all_text_contents() == ["TRT-SMC", "SPO", EVIL]
    assert "TRT-SMC ends at 500 (500 to 500) after 100,000 steps" in chart.locator(".curves-picture").get_attribute("aria-label")
    assert "python -m benchmarks learning" in page.locator("#learning-note").inner_text()


def test_a_file_of_learning_curves_that_is_not_one_is_reported(server, open_page):
    page = open_checkpoints(open_page, server.url, learning={"curves": 1})
    assert page.locator("#learning-note").inner_text().startswith("The learning curves could not be read:")
    assert page.locator(".card").count() == len(cards_on_disk())


def test_the_page_loads_neither_plotly_nor_dash_and_the_microscope_nothing_of_it(server, open_page):
    loaded = "performance.getEntriesByType('resource').map(({ name }) => name).join(' ')"
    own = open_checkpoints(open_page, server.url).evaluate(loaded)
    assert "checkpoints/page.js" in own and "plotly" not in own and "_dash-component-suites" not in own
    microscope = open_page(server.url).evaluate(loaded)
    assert "main.js" in microscope
    assert all(name not in microscope for name in ("checkpoints/page.js", "checkpoints.css", "curves.js", "learning.json"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_nothing_sticks_out_to_the_side(server, open_page, width, height, scheme):
    page = open_checkpoints(open_page, server.url, width, height, learning=LEARNING, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Names of learning curves are free text; the one here is extremely long.
    outside = page.evaluate(
        """width => [...document.querySelectorAll("header *, main *")].filter(
                 e => !e.closest(".curves-names, [hidden]") && e.getBoundingClientRect().right > width + 1
             ).map(e => e.id || e.className.baseVal || e.className)""",
        width,
    )
    assert outside == []


def test_a_folder_of_ones_own_is_shown_the_same_way_and_nothing_in_it_is_taken_for_markup(open_page, data, tmp_path):
    for name in ("cartpole-early", "cartpole"):
        shutil.copytree(SHIPPED / name, tmp_path / name)
    card = json.loads((tmp_path / "cartpole" / "card.json").read_text("utf-8"))
    absurd = card | {"title": EVIL, "description": EVIL * 5, "licence": EVIL, "training": {"device": EVIL}}
    absurd["returns"] = {"prior": card["returns"]["prior"], EVIL: {"mean": 3, "standard_error": 1, "episodes": 2}}
    (tmp_path / "cartpole" / "card.json").write_text(json.dumps(absurd))
    # A card with an unknown environment and without returns.
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange" / "card.json").write_text(json.dumps(card | {"name": "strange", "environment": EVIL, "returns": {}}))
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "card.json").write_text("{")
    with serving("serve", "--no-open", "--checkpoints", str(tmp_path), data=data) as own:
        wait_until_ready(own)
        page = open_checkpoints(open_page, own.url, 390, 844)
        assert page.locator(".card").count() == 3
        assert "checkpoint 'torn': its card.json is damaged" in page.locator("#damaged").inner_text()
        open_details(page)
        text = card_of(page, "cartpole").inner_text()
        assert text.count(EVIL) == 10 and "not said" in text
        assert "No returns were measured." in card_of(page, "strange").inner_text()
        card_of(page, "strange").scroll_into_view_if_needed()
        page.wait_for_function("[...document.querySelectorAll('figcaption')].some(each => each.innerText.includes('No picture: '))")
        assert page.evaluate("window.hacked") is None
        assert page.locator("main img, main b:not(.returns-value b, .card-gain b)").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
