"""A plan is pinned as A, and what follows is compared with it: in every picture, in numbers, side by side, and in the link."""

from urllib.parse import parse_qs

import httpx
import pytest

from tests.browser.notices import last_notice
from tests.browser.test_kept import opened, session_of
from tests.browser.test_page import PIXELS, last_frame, picture, press, settle

pytestmark = pytest.mark.browser

SMALL = "?checkpoint=cartpole-early&particles=64&depth=8&trust=full"
PINNED = "new URLSearchParams(location.search).get('pin')?.includes('digest=')"
SAYS = "text => document.querySelector('[data-panel=comparison]').innerText.includes(text)"
DROP = """([name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""
NOTES = "level => [...document.querySelectorAll('[data-panel=weights] .panel-note')].every(each => each.textContent.startsWith(`level ${level}:`))"


def comparison(page):
    return page.locator("[data-panel=comparison]")


def beside(page, name):
    return page.evaluate(PIXELS.replace("[data-panel=", "#beside [data-panel="), name)


def test_a_plan_is_pinned_compared_shown_beside_linked_and_let_go(server, open_page):
    page = opened(server, open_page, SMALL)
    assert comparison(page).is_hidden()
    plain = {name: picture(page, name) for name in ("world", "genealogy", "strips", "weights")}
    page.keyboard.press("p")
    comparison(page).wait_for(state="visible")
    # The plan that is shown is A itself, and has no ghost.
    assert "Made alike" in comparison(page).inner_text() and "All particles are the same." in comparison(page).inner_text()
    assert {name: picture(page, name) for name in plain} == plain

    frame = last_frame(page)
    press(page, "alpha", "ArrowRight", times=5)
    settle(page, frame)
    page.wait_for_function("document.querySelector('.panel-comparison .chip')?.innerText === 'alpha 0.1 → 0.105'")
    assert comparison(page).locator(".chip").all_inner_texts() == ["alpha 0.1 → 0.105"]
    chosen = session_of(page, server)["settings"]["alpha"]
    assert f"{chosen:g}" == "0.105"
    said = comparison(page).inner_text()
    assert "Particles part at once, at level 0" in said and "value target" in said and "moved" in said
    assert page.locator(".decision-picture [data-mark=pinned]").count() == 4
    page.wait_for_function(PINNED)
    ghosts = {name: picture(page, name) for name in plain}

    # Side by side: A as it was, cursor and pointer in both, and no ghost in B.
    page.evaluate("document.activeElement.blur()")
    for key in ("Home", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    comparison(page).get_by_role("button", name="side by side").click()
    page.wait_for_function("document.querySelectorAll('#beside canvas.base').length === 4")
    page.wait_for_function("document.querySelector('#beside .panel-note')?.textContent")
    # A begins at the level that B looks at.
    here = page.locator("#microscope [data-panel=weights] .panel-note").inner_text().split(":")[0]
    assert here == "level 2" and page.locator("#beside [data-panel=weights] .panel-note").inner_text().split(":")[0] == here
    assert beside(page, "genealogy")["drawn"] > 100
    for pressed in ("true", "false"):
        page.keyboard.press("h")
        assert [page.locator(f"{each} .heat-open").get_attribute("aria-pressed") for each in ("#microscope", "#beside")] == [pressed] * 2
    page.keyboard.press("End")
    page.wait_for_function(NOTES, arg=7)
    alone = picture(page, "genealogy")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(NOTES, arg=6)
    assert alone != ghosts["genealogy"]
    page.keyboard.press("End")

    # Whoever opens the link sees both plans, side by side as here.
    page.wait_for_function("location.search.includes('level=7') && location.search.includes('show=beside')")
    page.wait_for_function(PINNED)
    linked = opened(server, open_page, page.evaluate("location.search"))
    comparison(linked).wait_for(state="visible", timeout=60_000)
    assert linked.locator(".comparison-sentence").inner_text() == page.locator(".comparison-sentence").inner_text()
    assert comparison(linked).locator("td").all_inner_texts() == comparison(page).locator("td").all_inner_texts()
    linked.wait_for_function(PINNED)
    assert parse_qs(linked.evaluate("location.search"))["pin"] == parse_qs(page.evaluate("location.search"))["pin"]
    linked.wait_for_function("document.querySelectorAll('#beside canvas.base').length === 4")
    assert beside(linked, "genealogy")["drawn"] > 100
    comparison(page).get_by_role("button", name="side by side").click()
    assert page.locator("#beside *").count() == 0
    page.wait_for_function("!location.search.includes('show=')")

    # At another moment, with another checkpoint, and in another environment.
    page.locator("[data-do=forward]").click()
    page.wait_for_function(SAYS, arg="step 0 → 1")
    page.wait_for_function(SAYS, arg="different states")
    page.locator("#checkpoint").select_option("cartpole")
    page.wait_for_function(SAYS, arg="checkpoint cartpole-early → cartpole", timeout=60_000)
    page.locator("#checkpoint").select_option("catch-early")
    refused = "A is a plan of CartPole-v1, this is one of Catch-bsuite: only plans of one environment can be compared."
    page.wait_for_function(SAYS, arg=refused, timeout=60_000)
    assert page.locator("[data-mark=pinned]").count() == 0 and page.locator(".comparison-table").is_hidden()
    page.keyboard.press("p")
    comparison(page).wait_for(state="hidden")
    page.wait_for_function("!location.search.includes('pin=')")

    # A plan that was kept as a file, dropped on the page or chosen in it.
    moment = f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}/moments/0"
    kept = {form: httpx.get(f"{moment}/export/{form}").content for form in ("html", "trace")}
    page.evaluate(DROP, ["plan.html", kept["html"].decode()])
    comparison(page).wait_for(state="visible")
    page.wait_for_function(SAYS, arg="All particles are the same.")
    numbers = comparison(page).locator("td").all_inner_texts()
    page.keyboard.press("p")
    page.keyboard.press("r")
    page.locator("#recordings input[type=file]").set_input_files({"name": "plan.safetensors", "mimeType": "", "buffer": kept["trace"]})
    page.wait_for_function(SAYS, arg="All particles are the same.")
    assert comparison(page).locator("td").all_inner_texts() == numbers
    for name, text, said in [
        ("plan.txt", "", "is not a microscope (.html) or a trace"),
        ("a.html", "<p>", "holds no plan"),
        ("a.safetensors", "?", "no trace"),
    ]:
        page.evaluate(DROP, [name, text])
        page.wait_for_function("said => lastNotice.includes(said)", arg=said)
    # The one that was pinned stays.
    assert comparison(page).locator("td").all_inner_texts() == numbers


def test_a_pinned_link_that_cannot_be_opened_is_said_and_the_moment_is_shown(server, open_page):
    page = opened(server, open_page, SMALL + "&seed=3")
    page.wait_for_function("location.search.includes('digest=')")
    damaged = opened(server, open_page, page.evaluate("location.search") + "&pin=v%3D1%26checkpoint%3Dcartpole")
    damaged.wait_for_function("lastNotice")
    assert last_notice(damaged).startswith("The plan to compare with cannot be made: this link is cut off")
    assert comparison(damaged).is_hidden() and damaged.evaluate("window.twistscope.seed") == 3
