"""The example package of the documentation: after installation, planning and training find its environment by name."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import QUICK_ENVIRONMENT, ROOT

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
    (tmp_path / "half.py").write_text("class Half:\n    name = 'Half'\n    def reset(self, key): ...\n")
    (tmp_path / "half-1.0.dist-info").mkdir()
    (tmp_path / "half-1.0.dist-info" / "entry_points.txt").write_text("[twistscope.environments]\nCorridor = half:Half\n")
    (tmp_path / "half-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: half\nVersion: 1.0\n")
    said = run("-c", ask, path=tmp_path).stderr
    assert "environment 'Corridor' of half:Half lacks action_names, action_bounds, observation_shape, step" in said
