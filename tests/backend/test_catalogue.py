"""Cards and pictures of checkpoints, on a real server."""

import shutil
from pathlib import Path

import httpx
import pytest

from planner import Card
from tests.servers import serving

SHIPPED = Path(__file__).parents[2] / "assets" / "checkpoints"


def test_the_cards_are_those_on_disk(http):
    answer = http.get("/checkpoints").json()
    assert answer["damaged"] == []
    cards = [Card.model_validate_json(path.read_text("utf-8")) for path in SHIPPED.glob("*/card.json")]
    on_disk = {card.name: card.model_dump(mode="json") for card in cards}
    assert {card["name"]: card for card in answer["checkpoints"]} == on_disk


def test_a_damaged_card_is_told_of_and_hides_no_other(data, tmp_path):
    shutil.copytree(SHIPPED / "cartpole-early", tmp_path / "cartpole-early")
    shutil.copytree(SHIPPED / "cartpole-early", tmp_path / "copied")
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "card.json").write_text('{"name": "torn", ')
    with serving("serve-backend", "--checkpoints", str(tmp_path), data=data) as server:
        answer = httpx.get(server.api + "/checkpoints").json()
    assert [card["name"] for card in answer["checkpoints"]] == ["cartpole-early"]
    damaged = {each["name"]: each["detail"] for each in answer["damaged"]}
    assert damaged.keys() == {"copied", "torn"}
    assert "its card.json names 'cartpole-early'" in damaged["copied"]
    assert "card.json is damaged" in damaged["torn"] and str(tmp_path) not in damaged["torn"]


@pytest.mark.parametrize("name", ["cartpole-early", "catch"])
def test_a_checkpoint_has_a_picture_of_where_an_episode_begins(http, name):
    scene = http.get(f"/checkpoints/{name}/scene").json()["scene"]
    x0, x1, y0, y1 = scene["focus"]
    assert x0 < x1 and y0 < y1
    assert scene["shapes"] and scene["caption"]
    assert http.get(f"/checkpoints/{name}/scene", params={"seed": 0}).json()["scene"] == scene
    assert http.get(f"/checkpoints/{name}/scene", params={"seed": 3}).json()["scene"] != scene


@pytest.mark.parametrize(("path", "status", "says"), [("nope/scene", 404, "unknown checkpoint"), ("cartpole/scene?seed=-1", 422, "seed")])
def test_a_picture_that_cannot_be_had_is_a_problem_document(http, path, status, says):
    response = http.get(f"/checkpoints/{path}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert says in response.text
