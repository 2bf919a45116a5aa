"""Controls show what is in force, and everything is reached, used and left by keyboard."""

import signal

import httpx
import pytest

from tests.browser.notices import last_notice
from tests.browser.test_page import last_frame, press, settle
from tests.servers import serving, wait_until_ready

pytestmark = pytest.mark.browser

BUILT = "document.querySelector('[data-knob=alpha] [role=slider]') && document.querySelector('#seed')?.value === '0'"
FOCUSED = """(() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  // Links that stand above each other in a line of the bar are one place in it.
  const { x, y } = (element.closest(".pages") ?? element).getBoundingClientRect();
  const name = element.id || element.dataset.do || element.closest("[data-knob]")?.dataset.knob || element.className || element.tagName;
  return { name, tag: element.tagName, x, y, region: [".skip", "#top", "#drawer", ".microscope", "#help"].find((each) => element.closest(each)) };
})()"""
STYLE = """selector => {
  const element = document.querySelector(selector);
  const look = (each) => ["outlineStyle", "outlineWidth", "boxShadow", "borderColor"].map((property) => getComputedStyle(each)[property]);
  return JSON.stringify([look(element), look(element.closest(".number-field") ?? element)]);
}"""
CUT = """() => [...document.querySelectorAll("select")].filter((list) => list.checkVisibility()).map((list) => {
  const free = list.cloneNode(true);
  free.style.cssText = "position: absolute; width: auto; max-width: none; flex: none";
  list.parentElement.append(free);
  const [width, natural] = [list, free].map((each) => each.getBoundingClientRect().width);
  free.remove();
  return { name: list.ariaLabel, width, natural };
}).filter(({ width, natural }) => natural > width)"""
OFFERED = "[...document.querySelectorAll('[data-knob]:not([hidden])')]"
SHOWN = f"{OFFERED}.filter((knob) => knob.checkVisibility()).map(({{ dataset }}) => dataset.knob)"
IN_FORCE = "seed => window.twistscope.seed === seed && document.querySelector('#seed').value === String(seed)"


@pytest.fixture
def page(server, open_page):
    page = open_page(server.url)
    page.wait_for_function(BUILT)
    # Dialogs come last; later each opens at once.
    page.locator("dialog#help").wait_for(state="attached")
    return page


def session_of(page, server):
    return httpx.get(f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}").json()


def seed_in_force(page, seed):
    page.wait_for_function(IN_FORCE, arg=seed)
    assert not page.locator(".number-field[data-pending]").count()


def tab_through(page):
    """Press Tab until the focus leaves the page. Returns the elements that had it, in this order."""
    found = []
    for _ in range(120):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            return found
        found.append(focused)
    raise AssertionError(f"the focus never leaves the page: {[each['name'] for each in found[-12:]]}")


# --- the seed -------------------------------------------------------------------------------------------------------------------


def test_each_press_of_an_arrow_is_the_sessions_seed_at_once(server, page):
    page.locator("#seed").focus()
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    # Nothing has left the field.
    assert page.evaluate("document.activeElement.id") == "seed"
    seed_in_force(page, 3)
    assert session_of(page, server)["seed"] == 3
    page.keyboard.press("ArrowDown")
    seed_in_force(page, 2)


def test_a_seed_that_is_typed_is_marked_until_it_is_in_force(server, page):
    page.locator("#seed").fill("42")
    assert page.locator(".number-field[data-pending]").count() == 1
    assert session_of(page, server)["seed"] == 0
    page.keyboard.press("Enter")
    seed_in_force(page, 42)
    page.locator("#seed").fill("7")
    page.keyboard.press("Escape")
    assert page.evaluate("[document.activeElement.tagName, document.querySelector('#seed').value]") == ["BODY", "42"]
    assert session_of(page, server)["seed"] == 42


def test_a_seed_that_cannot_be_is_refused_with_words_and_put_back(server, page):
    page.locator("#seed").focus()
    page.keyboard.press("ArrowUp")
    seed_in_force(page, 1)
    for typed, said in (("-1", "−1"), ("1.5", "1.5"), ("", "nothing"), ("4294967296", "4294967296"), ("3,5", "“3,5”"), ("zork", "“zork”")):
        page.locator("#seed").fill("")
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
        expected = f"seed: {said} is not possible, allowed is a whole number from 0 to 4294967295."
        page.wait_for_function("text => lastNotice === text", arg=expected)
        seed_in_force(page, 1)
        assert session_of(page, server)["seed"] == 1


def test_a_control_that_the_server_does_not_confirm_goes_back_also_where_it_is_gone(open_page, data):
    shown = "document.querySelector('[data-knob=alpha] .knob-value').innerText + ' ' + document.querySelector('#seed').value"
    marked = "document.querySelectorAll('[data-knob=alpha][data-pending], .number-field[data-pending]').length"
    with serving("serve", "--no-open", data=data) as server:
        wait_until_ready(server)
        page = open_page(server.url)
        page.wait_for_function(BUILT)
        server.process.send_signal(signal.SIGSTOP)
        try:
            press(page, "alpha", "End")
            page.locator("#seed").focus()
            page.keyboard.press("ArrowUp")
            page.wait_for_function(f"{marked} === 2 && {shown} === '1 1'")
            # Nobody is led to believe that it is so.
            page.wait_for_function(f"{marked} === 0 && {shown} === '0.1 0'")
        finally:
            server.process.send_signal(signal.SIGCONT)
        # The server has them after all.
        page.wait_for_function(f"{marked} === 0 && {shown} === '1 1'")
        assert session_of(page, server)["settings"]["alpha"] == 1
        server.kill()
    page.wait_for_function("window.twistscope.connection !== 'open'", timeout=30_000)
    page.locator("#seed").focus()
    page.keyboard.press("ArrowUp")
    page.locator('[data-knob="depth"] select').select_option("8")
    press(page, "alpha", "Home")
    assert page.locator("#seed").input_value() == "1"
    assert page.locator('[data-knob="depth"] select').input_value() == "24"
    page.wait_for_function("document.querySelector('[data-knob=alpha] .knob-value')?.innerText === '1'")
    page.wait_for_function("document.querySelector('[data-knob=alpha] [role=slider]')?.getAttribute('aria-valuenow') === '1'")
    assert last_notice(page).startswith("Not connected.")


def test_a_value_is_typed_into_a_slider_by_a_click_or_by_its_digits(server, page):
    def in_force(value):
        page.wait_for_function("value => document.querySelector('[data-knob=alpha] .knob-value')?.innerText === value", arg=f"{value:g}")
        assert session_of(page, server)["settings"]["alpha"] == value

    page.locator("[data-knob=alpha] .knob-value").click()
    entry = page.locator(".knob-entry")
    assert entry.input_value() == "0.1"
    entry.fill("0.37")
    entry.press("Enter")
    in_force(0.37)
    # The focus is on the slider, and digits begin a value there.
    page.keyboard.type(".62")
    assert entry.input_value() == ".62"
    page.keyboard.press("Escape")
    assert entry.count() == 0
    page.keyboard.type("0.5")
    page.keyboard.press("Tab")
    in_force(0.5)
    for typed, said in (("7", "alpha: 7 is not possible"), ("much", "alpha: “much” is not possible")):
        page.locator("[data-knob=alpha] .knob-value").click()
        entry.fill(typed)
        entry.press("Enter")
        page.wait_for_function("said => lastNotice.startsWith(said)", arg=said)
        in_force(0.5)


# --- lists ----------------------------------------------------------------------------------------------------------------------


def test_a_list_shows_a_value_that_it_does_not_offer(server, page):
    frame = last_frame(page)
    address = f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}"
    assert httpx.patch(f"{address}/settings", json={"particles": 100}).status_code == 200
    settle(page, frame)
    particles = page.locator('[data-knob="particles"] select')
    assert particles.input_value() == "100"
    sizes = particles.locator("option").all_inner_texts()
    assert sizes == sorted(sizes, key=int) and "100" in sizes
    httpx.post(f"{address}/commands", json={"command": "play", "speed": 7.5}).raise_for_status()
    httpx.post(f"{address}/commands", json={"command": "pause"}).raise_for_status()
    page.wait_for_function("document.querySelector('#speed')?.value === '7.5'")
    httpx.post(
        f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}/commands", json={"command": "play", "speed": 4}
    ).raise_for_status()
    page.wait_for_function("document.querySelector('#speed').selectedOptions[0]?.text === '4 /s'")
    httpx.post(f"{server.api}/sessions/{page.evaluate('window.twistscope.session')}/commands", json={"command": "pause"}).raise_for_status()


def test_no_list_cuts_its_longest_text(page):
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.body.toggleAttribute('data-drawer', true)")
        assert page.evaluate(CUT) == []


# --- the keyboard ---------------------------------------------------------------------------------------------------------------


def test_tab_reaches_every_control_once_in_the_order_of_the_page_and_leaves(page):
    found = tab_through(page)
    names = [each["name"] for each in found]
    regions = [each["region"] for each in found]
    assert regions == sorted(regions, key=[".skip", "#top", "#drawer", ".microscope"].index)
    assert regions[0] == ".skip"
    knobs = page.evaluate("[...document.querySelectorAll('[data-knob]')].filter((knob) => knob.checkVisibility()).map(({ dataset }) => dataset.knob)")
    assert [name for name in names if name in knobs] == knobs
    assert {"checkpoint", "planner", "play", "speed", "seed", "help", "seeds-count"} <= {name.split()[-1] for name in names}
    top = [each["x"] for each in found if each["region"] == "#top"]
    assert top == sorted(top)
    # And back again.
    back = []
    for _ in found:
        page.keyboard.press("Shift+Tab")
        back.append(page.evaluate(FOCUSED))
    assert [each["name"] for each in back if each] == names[::-1][: len([each for each in back if each])]
    assert sum(each is None for each in back) <= 1


def test_on_a_narrow_page_the_focus_follows_the_lines_of_the_top_bar(server, open_page):
    page = open_page(server.url, 390, 844)
    page.wait_for_function(BUILT)
    top = [each for each in tab_through(page) if each["region"] == "#top"]
    assert {"checkpoint", "planner", "play", "seed"} <= {each["name"] for each in top}
    # Lines are about 40 pixels apart; within one, controls of different heights do not begin at the same.
    assert [each["name"] for each in top] == [each["name"] for each in sorted(top, key=lambda each: (round(each["y"] / 38), each["x"]))]


def test_what_has_the_focus_is_outlined(page):
    tab_through(page)
    for selector in ("#planner", "[data-do=play]", '[data-knob="alpha"] [role=slider]', '[data-knob="depth"] select', "#seed"):
        without = page.evaluate(STYLE, selector)
        page.locator(selector).focus()
        assert page.evaluate(STYLE, selector) != without, selector


def test_space_plays_and_pauses_from_a_slider_and_from_the_seed(page):
    for control in ('[data-knob="alpha"] [role=slider]', "#seed"):
        page.locator(control).focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Space")
        page.wait_for_function("window.twistscope.playing && window.twistscope.lastFrame.step >= 2", timeout=60_000)
        page.keyboard.press("Space")
        page.wait_for_function("!window.twistscope.playing")


def test_space_plays_after_a_button_was_clicked_though_it_has_the_focus(page):
    page.locator("[data-do=forward]").click()
    page.wait_for_function("window.twistscope.step === 1 && window.twistscope.lastFrame.step === 1", timeout=60_000)
    page.keyboard.press("Space")
    page.wait_for_function("window.twistscope.playing && window.twistscope.lastFrame.step >= 3", timeout=60_000)
    page.keyboard.press("Space")
    page.wait_for_function("!window.twistscope.playing")
    # A mark of the time line leads to its step once.
    step = page.locator(".timeline-mark").first.get_attribute("data-step")
    page.locator(f'.timeline-mark[data-step="{step}"]').click()
    page.wait_for_function("step => `${window.twistscope.lastFrame.step}` === step", arg=step)
    page.keyboard.press("Space")
    page.wait_for_function("window.twistscope.playing")
    page.keyboard.press("Space")
    page.wait_for_function("!window.twistscope.playing")


def test_space_keeps_its_meaning_on_buttons_and_switches(page):
    frame = last_frame(page)
    page.locator('[data-knob="revive"] input').focus()
    page.keyboard.press("Space")
    settle(page, frame)
    assert not page.locator('[data-knob="revive"] input').is_checked()
    page.locator(".help-open").focus()
    page.keyboard.press("Space")
    assert page.locator("#help").is_visible()
    assert not page.evaluate("window.twistscope.playing")


def test_particles_and_root_actions_are_reached_without_a_pointer(page):
    note = "document.querySelector('[data-panel=particle] .panel-note').innerText"
    heaviest = page.evaluate(note)
    page.keyboard.press("k")
    page.wait_for_function("window.twistscope.selection !== null")
    first = page.evaluate("window.twistscope.selection")
    assert heaviest.endswith(f"slot {first['slot']} at level {first['level']}")
    page.keyboard.press("k")
    page.wait_for_function("slot => window.twistscope.selection.slot === slot - 1", arg=first["slot"])
    page.wait_for_function(f"slot => {note}.endsWith(`slot ${{slot - 1}} at level 23`)", arg=first["slot"])
    page.keyboard.press("j")
    page.wait_for_function("slot => window.twistscope.selection.slot === slot", arg=first["slot"])
    for action in (0, 1):
        page.keyboard.press("a")
        page.wait_for_function("action => window.twistscope.selection.action === action", arg=action)
    page.keyboard.press("a")
    page.wait_for_function("window.twistscope.selection === null")


def test_a_button_that_goes_or_is_switched_off_keeps_no_keys(page):
    page.locator("[data-do=forward]").click()
    page.wait_for_function("window.twistscope.lastFrame.step === 1 && window.twistscope.phase === 'idle'")
    page.locator("[data-do=first]").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('[data-do=first]').disabled && window.twistscope.lastFrame.step === 0")
    page.keyboard.press("Home")
    page.wait_for_function("window.twistscope.cursorLevel === 0")

    page.route("**/seeds", lambda route: None)
    page.locator(".seeds-plan").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className").endswith("seeds-cancel")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.className.endsWith('seeds-plan')")


def test_escape_leaves_a_field_and_only_then_drops_the_selection(page):
    for control in ("#seed", "#planner", '[data-knob="alpha"] [role=slider]', '[data-knob="revive"] input', ".seeds-count"):
        box = page.locator("[data-panel=genealogy] canvas.base").bounding_box()
        page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.3)
        page.wait_for_function("window.twistscope.selection !== null")
        page.locator(control).focus()
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement === document.body")
        assert page.evaluate("window.twistscope.selection !== null")
        page.keyboard.press("Escape")
        page.wait_for_function("window.twistscope.selection === null")


def test_help_closes_and_gives_the_focus_back(page):
    for close in ("Escape", "?", "backdrop", "button"):
        page.locator(".help-open").focus()
        page.keyboard.press("?")
        assert page.locator("#help").is_visible()
        if close == "backdrop":
            page.mouse.click(20, 450)
        elif close == "button":
            page.locator("#help button").click()
        else:
            page.keyboard.press(close)
        assert not page.locator("#help").is_visible()
        assert page.evaluate("document.activeElement.className").endswith("help-open")
        # A press inside does not.
        page.keyboard.press("?")
        page.locator("#help h2").first.click()
        assert page.locator("#help").is_visible()
        page.keyboard.press("Escape")


def test_the_drawer_holds_the_focus_and_gives_it_back(server, open_page):
    page = open_page(server.url, 390, 844)
    page.wait_for_function(BUILT)
    opened = "document.body.hasAttribute('data-drawer')"
    for close in ("Escape", "backdrop", "button"):
        page.locator(".drawer-open").focus()
        page.keyboard.press("Enter")
        assert page.evaluate(opened)
        page.locator(".knob-tab", has_text="trust region").click()
        inside = tab_through(page)
        assert {"constraint", "alpha"} <= {each["name"] for each in inside} and {each["region"] for each in inside} == {"#drawer"}
        # A field in it is left first.
        page.locator('[data-knob="constraint"] select').focus()
        page.keyboard.press("Escape")
        assert page.evaluate(opened)
        if close == "Escape":
            page.keyboard.press("Escape")
        elif close == "backdrop":
            page.mouse.click(370, 200)
        else:
            page.locator(".drawer-close").click()
        assert not page.evaluate(opened)
        assert page.evaluate("document.activeElement.className").endswith("drawer-open")
        assert page.evaluate("window.twistscope.selection === null")
        assert not page.locator("[inert]").count()


def test_a_narrow_page_shows_the_pictures_and_one_group_of_knobs_at_a_time(server, open_page):
    page = open_page(server.url, 390, 844)
    page.wait_for_function(BUILT)
    page.locator(".drawer-open").click()
    tabs = page.get_by_role("tablist", name="Groups of knobs").get_by_role("tab")
    names = tabs.all_inner_texts()
    assert names[:2] == ["budget", "trust region"]
    every = page.evaluate(f"{OFFERED}.length")
    seen = []
    tabs.first.focus()
    for name in names:
        assert page.evaluate("document.activeElement.innerText") == name
        assert page.get_by_role("tabpanel", name=name, exact=True).is_visible()
        knobs = page.evaluate(SHOWN)
        assert knobs and page.evaluate("[...document.querySelectorAll('.knob-group')].filter((group) => group.checkVisibility()).length") == 1
        seen += knobs
        page.keyboard.press("ArrowRight")
    assert len(seen) == len(set(seen)) == every
    # What a knob changes is in sight above the drawer.
    top = page.locator("#drawer").bounding_box()["y"]
    for picture in ("world", "genealogy"):
        box = page.locator(f"[data-panel={picture}] canvas.base").bounding_box()
        assert box["y"] >= 0 and box["y"] + min(60, box["height"]) < top, picture

    # Knobs that are found are shown whatever their group, and the group of the one that is used stays open.
    page.locator(".knob-search").fill("act")
    assert {"act", "alpha"} <= set(page.evaluate(SHOWN)) and not tabs.first.is_visible()
    page.locator("[data-knob=act] select").focus()
    page.locator(".knob-search").fill("")
    assert page.get_by_role("tabpanel", name="targets").is_visible() and "act" in page.evaluate(SHOWN)
    page.locator(".drawer-close").click()
    assert page.evaluate("scrollY") == 0
    page.keyboard.press("Control+k")
    page.locator(".finder-field").fill("knob alpha")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.closest('[data-knob]')?.dataset.knob === 'alpha'")
    page.keyboard.press("End")
    tab = page.get_by_role("tab", name="trust region")
    page.wait_for_function("document.querySelector('.knob-tab[aria-selected=true]')?.dataset.changed === 'true'")
    assert tab.get_attribute("aria-selected") == "true"
    page.get_by_role("button", name="reset group").click()
    page.wait_for_function("document.querySelector('[data-knob=alpha] .knob-value')?.innerText === '0.1'")
    assert page.locator(".knob-group-reset").is_hidden()

    # A wide page has all groups, and no tabs.
    page.set_viewport_size({"width": 1280, "height": 720})
    page.wait_for_function(f"{SHOWN}.length === {every}")
    assert not page.locator("[role=tablist]").is_visible() and not page.locator("#knobs[role]").count()


def test_sliders_and_switches_have_names_and_say_their_value_in_its_own_unit(page):
    for name, value in (("alpha", "0.1"), ("reward temperature", "0.5"), ("discount", "0.99")):
        slider = page.get_by_role("slider", name=name, exact=True)
        slider.wait_for()
        assert slider.get_attribute("aria-valuetext") == value
    page.get_by_role("checkbox", name="revive", exact=True).wait_for()
    controls = "[...document.querySelectorAll('#knobs [role=slider], #knobs input[type=checkbox]')]"
    assert page.evaluate(f"{controls}.filter((each) => !each.getAttribute('aria-label')).length") == 0
