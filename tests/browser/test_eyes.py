"""The page for all eyes and screens: sharp where the screen becomes finer, and usable in colours that a person has chosen for everything."""

from io import BytesIO

import pytest
from PIL import Image

from tests.browser.test_page import PICTURES

pytestmark = pytest.mark.browser

SIZES = "selector => [...document.querySelectorAll(selector)].map((canvas) => [canvas.clientWidth, canvas.clientHeight, canvas.width, canvas.height])"
INKED = """selector => [...document.querySelectorAll(selector)].map((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((count, part, index) => count + (index % 4 === 3 && part > 0), 0);
})"""


def image(locator):
    """An element as the screen shows it."""
    return Image.open(BytesIO(locator.screenshot())).convert("RGB")


def pixels(locator):
    """The colours of an element's pixels with their counts, the most frequent first."""
    return sorted(image(locator).getcolors(1 << 24), reverse=True)


def distance(one, other):
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


CARD = "[data-checkpoint=acrobot-early] canvas"


@pytest.mark.parametrize(("path", "selector", "ready"), [
    ("", "[data-panel] canvas.base", "window.twistscope?.framesPainted > 0"),
    ("/checkpoints", CARD, f"document.querySelector('{CARD}')?.ariaLabel.startsWith('A plan in ')"),
])  # fmt: skip
def test_pictures_are_drawn_anew_when_the_window_comes_to_a_finer_screen(server, open_page, path, selector, ready):
    page = open_page(server.url + path, ready=ready, reduced_motion="reduce")
    coarse, ink = page.evaluate(SIZES, selector), page.evaluate(INKED, selector)
    assert coarse and all(abs(wide - width) <= 1 and abs(high - height) <= 1 for width, height, wide, high in coarse)
    # The window keeps its size; only the screen's pixels change, as when it is moved to another monitor.
    screen, link = {"width": 1440, "height": 900, "mobile": False}, page.context.new_cdp_session(page)
    for scale, more in ((2, 2.5), (3, 4.5)):
        link.send("Emulation.setDeviceMetricsOverride", {**screen, "deviceScaleFactor": scale})
        page.wait_for_function("scale => window.devicePixelRatio === scale", arg=scale)
        page.wait_for_function(
            """([selector, scale]) => [...document.querySelectorAll(selector)].every(({ clientWidth, width, clientHeight, height }) =>
                 Math.abs(width - scale * clientWidth) <= 1 && Math.abs(height - scale * clientHeight) <= 1)""",
            arg=[selector, scale],
        )
        fine = page.evaluate(SIZES, selector)
        assert [box[:2] for box in fine] == [box[:2] for box in coarse]
        # Drawn again, not only resized: so many times the pixels have ink, give or take the edges of lines.
        grown = f"([selector, ink, more]) => ({INKED})(selector).every((after, index) => after > more * ink[index])"
        page.wait_for_function(grown, arg=[selector, ink, more], polling=200)


def test_in_chosen_colours_the_transport_and_the_chips_can_be_seen(server, open_page):
    page = open_page(server.url, forced_colors="active")
    page.wait_for_selector("#page", state="attached")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    page.locator('[data-do="forward"]').click()
    page.wait_for_function("window.twistscope.lastFrame.step === 1 && window.twistscope.phase === 'idle'")
    for name in ("first", "back", "play", "forward", "last"):
        button = page.locator(f'button[data-do="{name}"]')
        (_, ground), *others = pixels(button)
        box = button.bounding_box()
        # A sign covers some share of its button, beside the border.
        inked = sum(count for count, colour in others if distance(colour, ground) > 150)
        border = 2 * (box["width"] + box["height"])
        assert inked > border + 25, f"{name} has a sign of {inked - border:.0f} pixels"
    pressed, other = (pixels(page.locator(f'.strip-chooser [aria-pressed="{state}"]').first)[0][1] for state in ("true", "false"))
    assert distance(pressed, other) > 150


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_chosen_colours_pictures_are_drawn_on_the_chosen_ground(server, open_page, scheme):
    page = open_page(server.url, forced_colors="active", color_scheme=scheme)
    page.wait_for_selector(".decision-picture [data-bar=improved]", state="attached")
    ground = page.evaluate("getComputedStyle(document.querySelector('.panel')).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)")
    for name in PICTURES:
        # Names and numbers in the gutter, and the curves, stand out from the ground they are on.
        colours = pixels(page.locator(f"[data-panel={name}] .stage"))
        assert max(distance(colour, ground) for count, colour in colours if count > 10) > 300, name
    # Marks that mean something by their colour keep it.
    key = pixels(page.locator(".decision-key"))
    assert len({colour for count, colour in key if count >= 40}) >= 3
    assert sum(count for count, colour in pixels(page.locator(".particle-numbers .key")) if max(colour) - min(colour) > 60) > 60


def test_the_switch_shows_its_state_in_chosen_colours(server, open_page):
    page = open_page(server.url, forced_colors="active")
    switch = page.locator("[data-knob=advantage] input[type=checkbox]")
    switch.wait_for()
    before = image(switch)
    switch.evaluate("each => { each.checked = !each.checked; }")
    after = image(switch)
    assert sum(distance(one, other) > 150 for one, other in zip(before.get_flattened_data(), after.get_flattened_data(), strict=True)) >= 20
