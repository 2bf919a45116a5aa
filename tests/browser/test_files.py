"""Pictures are kept as files: SVG with the lines and texts of the picture, PNG with twice its pixels, on the page and in a file without a server."""

import base64
import re
import xml.etree.ElementTree as ET

import httpx
import pytest

from planner import Checkpoints, run
from tests.browser.test_kept import opened
from tests.servers import ROOT

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"
SIZED = "name => { const { clientWidth, clientHeight } = document.querySelector(`[data-panel=${name}] .stage`); return [clientWidth, clientHeight]; }"
# What each picture draws on its canvases, counted as a canvas is told it: texts, segments of lines, rectangles. Only what can be seen counts.
WATCH = """() => {
  window.drawn = {};
  const own = (context) => {
    const panel = context.canvas.closest?.('[data-panel]')?.dataset.panel;
    // The time line is of the episode, and not kept as a picture.
    if (!panel || panel === 'timeline') return null;
    return (window.drawn[panel] ??= { texts: [], curves: 0, rects: 0, images: 0 });
  };
  const watch = (name, note) => {
    const prototype = CanvasRenderingContext2D.prototype;
    const before = prototype[name];
    prototype[name] = function (...values) {
      const to = own(this);
      if (to) note(to, values);
      return before.apply(this, values);
    };
  };
  watch('fillText', (to, [text]) => to.texts.push(text));
  watch('bezierCurveTo', (to) => to.curves++);
  watch('fillRect', (to) => to.rects++);
  watch('strokeRect', (to) => to.rects++);
  watch('drawImage', (to) => to.images++);
}"""
# Shades and sizes of a PNG, and the share of its pixels that are unlike the first.
LOOK = """async address => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const counts = new Map();
  let clear = 0;
  for (let at = 0; at < data.length; at += 4) {
    const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
    clear += data[at + 3] < 255;
  }
  const [ground] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most));
  return { width: image.width, height: image.height, colours: counts.size, ground, clear };
}"""
# The difference of two pictures of one size: the mean over all pixels and channels, 0 to 255.
COMPARE = """async ([a, b, width, height]) => {
  const pixels = async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0, width, height);
    return context.getImageData(0, 0, width, height).data;
  };
  const [one, two] = [await pixels(a), await pixels(b)];
  return one.reduce((sum, value, at) => sum + Math.abs(value - two[at]), 0) / one.length;
}"""
PICTURES = ("world", "genealogy", "strips", "weights", "decision")


def data_url(path, kind):
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def keep(page, name, form, folder):
    """Click a picture's button, and return the file that the browser keeps."""
    with page.expect_download() as download:
        page.locator(f"[data-picture='{form}:{name}']").click()
    assert download.value.suggested_filename.endswith(f"-{name}.{form}")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def texts_of(root):
    return sorted("".join(each.itertext()) for each in root.iter(f"{SVG}text"))


def check_vectors(root, drawn, name):
    """As many curves, rectangles and images as the canvas was told to draw, and the same texts."""
    assert texts_of(root) == sorted(drawn["texts"])
    paths = "".join(path.get("d") for path in root.iter(f"{SVG}path"))
    assert paths.count("C") == drawn["curves"]
    assert len(list(root.iter(f"{SVG}rect"))) == drawn["rects"] + 1
    assert len(list(root.iter(f"{SVG}image"))) == drawn["images"] == (1 if name == "weights" else 0)
    assert not re.search(r"NaN|undefined|Infinity", ET.tostring(root, encoding="unicode"))


def check_files(page, name, folder, drawn, ground):
    svg, png = keep(page, name, "svg", folder), keep(page, name, "png", folder)
    root = ET.parse(svg).getroot()
    width, height = float(root.get("width")), float(root.get("height"))
    looked = page.evaluate(LOOK, data_url(png, "image/png"))
    assert (looked["width"], looked["height"]) == (round(2 * width), round(2 * height))
    # Not blank, nowhere transparent, and on the paper of the theme.
    assert looked["colours"] > 20 and looked["clear"] == 0
    if name != "weights":
        assert looked["ground"] == ground, name
    if name == "decision":
        shown = page.evaluate("[...document.querySelectorAll('.decision-picture text')].map((each) => each.textContent)")
        assert set(shown) <= set(texts_of(root)) and not list(root.iter(f"{SVG}image"))
        assert len(list(root.iter(f"{SVG}rect"))) > page.evaluate("document.querySelectorAll('.decision-picture g:first-child rect').length")
        assert "improved policy" in texts_of(root)
    else:
        assert [width, height] == page.evaluate(SIZED, name)
        check_vectors(root, drawn[name], name)
    # Rendered, the vectors are the picture: edges apart, which each smooths in its own way.
    difference = page.evaluate(COMPARE, [data_url(svg, "image/svg+xml"), data_url(png, "image/png"), round(2 * width), round(2 * height)])
    assert difference < 0.5, name


def redraw(page, scheme):
    """Draw all pictures anew and count what they draw: as after a change of the colours, there and back."""
    page.evaluate(WATCH)
    for each in ({"light": "dark", "dark": "light"}[scheme], scheme):
        page.evaluate("() => { for (const name of Object.keys(window.drawn)) delete window.drawn[name]; }")
        page.emulate_media(color_scheme=each)
        page.wait_for_function("Object.keys(window.drawn).length === 4")
    return page.evaluate("window.drawn")


@pytest.mark.parametrize(
    ("search", "scheme"),
    [
        ("?checkpoint=cartpole-early&particles=64&depth=8", "light"),
        ("?checkpoint=frozenlake-early&planner=gumbel_mcts&num_simulations=64", "dark"),
        ("?checkpoint=pendulum-early&particles=64&depth=8", "dark"),
    ],
    ids=["particles", "tree", "continuous"],
)
def test_every_picture_is_kept_as_vectors_and_as_pixels(server, open_page, tmp_path, search, scheme):
    page = opened(server, open_page, search, color_scheme=scheme, accept_downloads=True, bypass_csp=True)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("k")
    page.wait_for_function("window.twistscope.selection !== null")
    # The numbers of the particle have come, and with them a frame whose lineage is drawn.
    page.wait_for_function(
        "document.querySelector('.panel-particle .panel-note')?.textContent.includes(`level ${window.twistscope.selection.level}`)"
    )
    page.locator("[data-do=share]").first.click()
    page.wait_for_selector("#share[open]")
    drawn = redraw(page, scheme)
    for name in PICTURES:
        check_files(page, name, tmp_path, drawn, {"light": 0xFFFFFF, "dark": 0x161B22}[scheme])


def test_a_picture_that_is_hidden_is_not_offered(server, open_page):
    body = {"checkpoint": "catch-early", "settings": {"particles": 64, "depth": 8}}
    session = httpx.post(server.api + "/sessions", json=body, timeout=60).json()
    query = httpx.get(f"{server.api}/sessions/{session['id']}/link").json()["query"]
    page = opened(server, open_page, f"?{query}&hide=strips")
    page.wait_for_function("document.body.dataset.hide === 'strips'")
    page.locator("[data-do=share]").first.click()
    page.wait_for_selector("#share[open]")
    offered = {button.get_attribute("data-picture"): button.is_enabled() for button in page.locator("[data-picture]").all()}
    assert len(offered) == 10 and {name for name, enabled in offered.items() if not enabled} == {"svg:strips", "png:strips"}


def test_a_file_without_a_server_keeps_its_pictures_too(open_page, tmp_path):
    checkpoint = Checkpoints(ROOT / "assets" / "checkpoints").load("fourrooms-early")
    path = run(checkpoint, particles=32, depth=6, seed=3).save(tmp_path / "plan.html")
    painted = "window.microscope?.counters.framesPainted > 0"
    page = open_page(path.as_uri(), ready=painted, accept_downloads=True)
    drawn = redraw(page, "light")
    page.locator(".pictures-open").click()
    for name in PICTURES:
        check_files(page, name, tmp_path, drawn, 0xFFFFFF)
    page.keyboard.press("Escape")
    assert not page.locator(".pictures-dialog").is_visible()


def test_a_file_answers_the_address_with_a_picture(open_page, tmp_path):
    checkpoint = Checkpoints(ROOT / "assets" / "checkpoints").load("cartpole-early")
    path = run(checkpoint, particles=16, depth=4).save(tmp_path / "plan.html")
    answered = lambda asked: open_page(f"{path.as_uri()}#export={asked}", ready="document.getElementById('export')").locator("#export")
    vectors = answered("svg:genealogy")
    assert vectors.get_attribute("data-form") == "svg" and ET.fromstring(vectors.text_content().encode()).tag == f"{SVG}svg"
    assert answered("png:decision").text_content().startswith("data:image/png;base64,")
    failed = answered("svg:zork")
    assert failed.get_attribute("data-form") == "failed" and "there is no picture zork" in failed.text_content()
