"""The example package of the documentation: after installation, planning and training find its environment by name."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.servers import QUICK_ENVIRONMENT, ROOT, serving, wait_until_ready

EXAMPLE = ROOT / "docs" / "example-environment"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package as installed by pip."""
    folder = tmp_path_factory.mktemp("installed")
    copy = tmp_path_factory.mktemp("source")
    for file in ("pyproject.toml", "corridor.py"):
        (copy / file).write_text((EXAMPLE / file).read_text())
    options = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target", str(folder))
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(copy)], check=True, capture_output=True, text=True)
    return folder


def run(*arguments: str, path: Path | None) -> subprocess.CompletedProcess:
    env = os.environ | QUICK_ENVIRONMENT | ({"PYTHONPATH": str(path)} if path else {})
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=600)


def offer(folder: Path, source: str) -> None:
    """Install a module `half` that offers an environment."""
    (folder / "half.py").write_text(source)
    (folder / "half-1.0.dist-info").mkdir()
    (folder / "half-1.0.dist-info" / "entry_points.txt").write_text("[twistscope.environments]\nCorridor = half:Half\n")
    (folder / "half-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: half\nVersion: 1.0\n")


@pytest.mark.slow
def test_an_environment_of_another_package_is_trained_on_and_planned_in_by_name(installed: Path, tmp_path: Path) -> None:
    trained = run("-m", "backend.cli", "train", str(EXAMPLE / "corridor.toml"), "--out", str(tmp_path), path=installed)
    assert trained.returncode == 0, trained.stderr
    assert json.loads((tmp_path / "corridor" / "card.json").read_text())["environment"] == "Corridor"
    planned = run(
        "-m", "backend.cli", "plan", "--checkpoint", "corridor", "--checkpoints", str(tmp_path), "--particles", "8", "--depth", "4",
        "--out", str(tmp_path / "plan.safetensors"), "--json", path=installed,
    )  # fmt: skip
    assert planned.returncode == 0, planned.stderr
    assert sum(json.loads(planned.stdout)["root_policy"]) == pytest.approx(1, abs=1e-5)


def test_without_the_package_the_name_is_unknown_and_a_class_that_lacks_parts_is_refused(installed: Path, tmp_path: Path) -> None:
    ask = "from planner.environments import make_environment; make_environment('Corridor')"
    assert "unknown environment 'Corridor'; known are Acrobot-v1" in run("-c", ask, path=None).stderr
    offer(tmp_path, "class Half:\n    name = 'Half'\n    def reset(self, key): ...\n")
    said = run("-c", ask, path=tmp_path).stderr
    assert "environment 'Corridor' of half:Half lacks action_names, action_bounds, observation_shape, step" in said


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import nowhere_at_all\n", "ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("class Half:\n    def __init__(self):\n        raise RuntimeError('no screen\\nhere')\n", "RuntimeError: no screen"),
        ("class Half:\n    def __init__(self, size):\n        ...\n", "TypeError: "),
        ("Half = 3\n", "TypeError: 'int' object is not callable"),
        ("class Other: ...\n", "AttributeError: "),
        ("class Half:\n    @property\n    def name(self):\n        raise OSError('no file')\n", "OSError: no file"),
        ("class Half(:\n", "SyntaxError: "),
    ],
)
def test_a_package_that_cannot_be_loaded_is_one_line(tmp_path: Path, source: str, says: str) -> None:
    offer(tmp_path, source)
    said = run("-m", "backend.cli", "train", str(EXAMPLE / "corridor.toml"), "--out", str(tmp_path / "out"), path=tmp_path)
    assert said.returncode == 2 and len(said.stderr.splitlines()) == 1, said.stderr
    assert f"environment 'Corridor' of half:Half cannot be loaded: {says}" in said.stderr and "Traceback" not in said.stderr


@pytest.mark.slow
def test_a_checkpoint_of_a_package_that_is_not_there_is_listed_as_missing_and_not_opened_first(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    shutil.copytree(ROOT / "assets" / "checkpoints" / "catch-early", folder / "catch-early")
    shutil.copytree(ROOT / "assets" / "checkpoints" / "catch-early", folder / "a-corridor")
    card = json.loads((folder / "a-corridor" / "card.json").read_text())
    (folder / "a-corridor" / "card.json").write_text(json.dumps(card | {"name": "a-corridor", "environment": "Corridor"}))
    with serving("serve-backend", "--checkpoints", str(folder), data=tmp_path / "data") as running:
        wait_until_ready(running)
        listed = httpx.get(running.api + "/checkpoints", timeout=60).json()
        assert listed["first"] == "catch-early"
        assert listed["missing"] == [
            {"name": "a-corridor", "detail": "environment 'Corridor' is in no installed package: install the one that offers it"}
        ]
        refused = httpx.post(running.api + "/plans", json={"checkpoint": "a-corridor"}, timeout=60)
        assert refused.status_code < 500 and refused.json()["detail"].count("a-corridor") == 1, refused.text
