"""One bad checkpoint harms no other: whatever its files are, the others are listed and opened, and it is said what is wrong with it."""

import json
import os
import shutil
import threading

import httpx
import pytest

from tests.servers import ROOT, serving, twistscope

GOOD = ROOT / "assets" / "checkpoints" / "cartpole-early"


def change(path, **changes):
    card = json.loads(path.read_text())
    path.write_text(json.dumps(card | changes))


def nested(card):
    return json.dumps(card)[:-1] + ', "training": ' + '{"a":' * 900 + "1" + "}" * 900 + "}"


DAMAGE = {
    "card-is-a-folder": lambda folder: ((folder / "card.json").unlink(), (folder / "card.json").mkdir()),
    "card-is-a-pipe": lambda folder: ((folder / "card.json").unlink(), os.mkfifo(folder / "card.json")),
    "card-is-a-loop": lambda folder: ((folder / "card.json").unlink(), (folder / "card.json").symlink_to("card.json")),
    "card-is-a-device": lambda folder: ((folder / "card.json").unlink(), (folder / "card.json").symlink_to("/dev/zero")),
    "card-is-empty": lambda folder: (folder / "card.json").write_text(""),
    "card-is-no-text": lambda folder: (folder / "card.json").write_bytes(b"\xff\xfe\x00"),
    "card-is-a-list": lambda folder: (folder / "card.json").write_text("[]"),
    "card-is-huge": lambda folder: (folder / "card.json").write_bytes(b" " * (2 * 1024**2)),
    "card-is-deep": lambda folder: (folder / "card.json").write_text(nested(json.loads((folder / "card.json").read_text()))),
    "unknown-environment": lambda folder: change(folder / "card.json", environment="Zork-v0"),
    "environment-is-a-path": lambda folder: change(folder / "card.json", environment="../../etc"),
    "settings-nan": lambda folder: change(folder / "card.json", settings={"reward_temperature": float("nan"), "discount": 0.99}),
    "settings-infinite": lambda folder: change(folder / "card.json", settings={"reward_temperature": float("inf"), "discount": 0.99}),
    "settings-tiny": lambda folder: change(folder / "card.json", settings={"reward_temperature": 1e-300, "discount": 0.99}),
    "settings-out-of-range": lambda folder: change(folder / "card.json", settings={"reward_temperature": 1.0, "discount": 1.5}),
    "training-nan": lambda folder: change(folder / "card.json", training={"environment_steps": float("nan")}),
    "returns-nan": lambda folder: change(folder / "card.json", returns={"prior": {"mean": float("nan"), "standard_error": 0, "episodes": 1}}),
    "title-surrogate": lambda folder: (folder / "card.json").write_text(
        json.dumps(json.loads((folder / "card.json").read_text()) | {"title": "\ud800"})
    ),
    "network-empty": lambda folder: change(folder / "card.json", network={}),
    "network-infinite": lambda folder: change(folder / "card.json", network={"num_actions": 2, "hidden": [64, 64], "value_scale": float("inf")}),
    "network-huge": lambda folder: change(folder / "card.json", network={"num_actions": 2, "hidden": [10**12], "value_scale": 1.0}),
    "params-missing": lambda folder: (folder / "params.safetensors").unlink(),
    "params-are-a-folder": lambda folder: ((folder / "params.safetensors").unlink(), (folder / "params.safetensors").mkdir()),
    "params-are-a-pipe": lambda folder: ((folder / "params.safetensors").unlink(), os.mkfifo(folder / "params.safetensors")),
    "params-cut": lambda folder: (folder / "params.safetensors").write_bytes((folder / "params.safetensors").read_bytes()[:100]),
}
HARMLESS = {
    "training-empty": lambda folder: change(folder / "card.json", training={}),
    "settings-empty": lambda folder: change(folder / "card.json", settings={}),
    "returns-empty": lambda folder: change(folder / "card.json", returns={}),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with one good checkpoint and one of each damage."""
    base = tmp_path_factory.mktemp("checkpoints")
    shutil.copytree(GOOD, base / "cartpole-early")
    for name, damage in {**DAMAGE, **HARMLESS}.items():
        shutil.copytree(GOOD, base / name)
        if (base / name / "card.json").is_file():
            change(base / name / "card.json", name=name)
        damage(base / name)
    return base


@pytest.fixture(scope="module")
def damaged(folder, data):
    with serving("serve-backend", "--checkpoints", str(folder), data=data) as running:
        yield running


def test_the_list_has_the_good_ones_and_says_what_is_wrong_with_the_others(damaged):
    answer = httpx.get(damaged.api + "/checkpoints", timeout=60)
    assert answer.status_code == 200
    body = json.loads(answer.text, parse_constant=lambda name: pytest.fail(name))
    listed, wrong = {card["name"] for card in body["checkpoints"]}, {each["name"]: each["detail"] for each in body["damaged"]}
    assert {"cartpole-early", *HARMLESS} <= listed
    assert all(wrong.values()) and wrong.keys() <= DAMAGE.keys()
    assert {name for name in DAMAGE if name.startswith(("card", "settings", "training", "returns", "title"))} <= wrong.keys()


@pytest.mark.parametrize("name", DAMAGE)
def test_opening_a_damaged_one_says_what_is_wrong_in_every_way(damaged, name):
    for method, path, body in (
        ("GET", f"/checkpoints/{name}/scene", None),
        ("POST", "/sessions", {"checkpoint": name}),
        ("POST", "/plans", {"checkpoint": name}),
        ("POST", "/plans/seeds", {"checkpoint": name, "seeds": 2}),
    ):
        answer = httpx.request(method, damaged.api + path, json=body, timeout=60)
        assert answer.status_code == 404, (path, answer.text)
        assert name in answer.json()["detail"]
    assert httpx.get(damaged.api + "/opening", params={"checkpoint": name}, timeout=60).status_code == 404
    assert httpx.get(damaged.api + f"/checkpoints/{name}", timeout=60).status_code in (200, 404)


def test_the_good_one_plans_beside_them(damaged):
    body = {"checkpoint": "cartpole-early", "settings": {"particles": 32, "depth": 8}}
    assert httpx.post(damaged.api + "/plans", json=body, timeout=120).status_code == 200
    for name in HARMLESS:
        defaults = {"reward_temperature": 1.0, "discount": 0.99} if name == "settings-empty" else {}
        body = {"checkpoint": name, "settings": {"particles": 32, "depth": 8} | defaults}
        assert httpx.post(damaged.api + "/plans", json=body, timeout=120).status_code == 200, name


def test_the_server_starts_when_its_first_checkpoint_is_damaged(tmp_path, data):
    for name, damage in (("a", DAMAGE["card-is-a-pipe"]), ("cartpole-early", DAMAGE["unknown-environment"])):
        shutil.copytree(GOOD, tmp_path / name)
        damage(tmp_path / name)
    shutil.copytree(GOOD, tmp_path / "z-good")
    change(tmp_path / "z-good" / "card.json", name="z-good")
    with serving("serve-backend", "--checkpoints", str(tmp_path), data=data) as running:
        ready = httpx.get(running.api + "/health/ready", timeout=60)
        while "compiling" in ready.text or "loading" in ready.text or "starting" in ready.text:
            ready = httpx.get(running.api + "/health/ready", timeout=60)
        assert ready.status_code == 503 and "Zork" in ready.json()["detail"]
        body = {"checkpoint": "z-good", "settings": {"particles": 32, "depth": 8}}
        assert httpx.post(running.api + "/plans", json=body, timeout=120).status_code == 200


def test_the_command_lists_them_too(folder, data):
    ended = []
    command = lambda: ended.append(twistscope("checkpoints", "--checkpoints", str(folder), env=os.environ | {"TWISTSCOPE_DATA": str(data)}))
    thread = threading.Thread(target=command, daemon=True)
    thread.start()
    thread.join(120)
    (result,) = ended
    assert result.returncode == 0 and "Traceback" not in result.stderr
    assert "cartpole-early" in result.stdout and "card-is-a-pipe" in result.stderr and "training-empty" in result.stdout
