"""QR codes: every module where it belongs, with the margin that cameras need."""

import re

import httpx
import pytest
import segno

LINK = "http://192.168.1.10:8050/?session=abc-DEF_123&token=look%2B"


def modules(svg):
    """The modules that a drawing shows dark, as rows of zeros and ones with the margin."""
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', svg).group(1))
    assert f'fill="#fff" d="M0 0h{size}v{size}h-{size}z"' in svg and 'stroke="#000"' in svg
    drawn = [[0] * size for _ in range(size)]
    x, y = 0.0, 0.0
    for kind, numbers in re.findall(r"([MmhvzHV])([^MmhvzHV]*)", re.search(r'stroke="#000" d="([^"]+)"', svg).group(1)):
        values = [float(each) for each in re.findall(r"-?[\d.]+", numbers)]
        if kind == "M":
            x, y = values
        elif kind == "m":
            x, y = x + values[0], y + values[1]
        else:
            assert kind == "h"
            for column in range(int(x), int(x + values[0])):
                # Lines run along the middle of their row.
                drawn[int(y)][column] = 1
            x += values[0]
    return drawn


@pytest.mark.parametrize("text", [LINK, "é 語 <svg>&\"'", "x" * 2000, "0"])
def test_a_text_becomes_its_code_with_a_margin_of_four_modules(server, text):
    answer = httpx.get(f"{server.api}/qr", params={"text": text})
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/svg+xml"
    made = segno.make(text, error="l", micro=False)
    margin = [0] * (len(made.matrix) + 8)
    rows = [[0] * 4 + list(row) + [0] * 4 for row in made.matrix]
    assert modules(answer.text) == [margin] * 4 + rows + [margin] * 4
    # Nothing of the text itself stands in the drawing.
    assert "<script" not in answer.text and (text == "0" or text[:50] not in answer.text)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "text"),
        ("text=", "at least 1 character"),
        (f"text={'x' * 2001}", "at most 2000 characters"),
        (f"text={'%E8%AA%9E' * 2000}", "2953 bytes"),
    ],
)
def test_a_text_that_no_code_holds_is_refused(server, query, says):
    answer = httpx.get(f"{server.api}/qr?{query}")
    assert answer.status_code == 422 and says in answer.json()["detail"]
