"""The wheel holds all that the program needs: installed elsewhere, it serves from another working directory."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import httpx
import pytest

from tests.servers import ROOT, free_port

PARTS = ("planner", "backend", "dashboard", "assets", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A fresh environment with the wheel; the libraries it depends on are those of this environment, without this clone."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, source / part)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(source)], check=True)
    shutil.rmtree(source)
    environment = folder / "environment"
    venv.create(environment, with_pip=False)
    packages = next((environment / "lib").glob("python*")) / "site-packages"
    # A path in a .pth file is searched, but the .pth files in it are not read: an editable install of this clone stays out.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    wheel = next(folder.glob("twistscope-*.whl"))
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", str(packages), str(wheel)], check=True)
    return environment / "bin" / "python", packages


@pytest.mark.slow
def test_the_installed_program_serves_its_page_its_checkpoints_and_their_openings(installed, tmp_path):
    python, packages = installed
    found = subprocess.run([python, "-c", "import planner; print(planner.__file__)"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()).is_relative_to(packages)
    command = [python, "-m", "backend.cli", "serve", "--no-open", "--no-warm", "--port", str(free_port())]
    environment = {**os.environ, "TWISTSCOPE_DATA": str(tmp_path / "data")}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = re.search(r"http://\S+", process.stdout.readline()).group()
            with httpx.Client(base_url=address, timeout=60) as http:
                page = http.get("/").text
                # Every file the page names is there.
                for path in re.findall(r'(?:src|href)="(/?assets/[^"?]+)', page):
                    assert http.get(path if path.startswith("/") else f"/{path}").status_code == 200, path
                assert 'id="E5"' in http.get("/method").text
                cards = http.get("/api/v1/checkpoints").json()
                assert cards["first"] and not cards["damaged"]
                assert len(cards["checkpoints"]) == len(list((ROOT / "assets" / "checkpoints").glob("*/card.json")))
                assert http.get("/api/v1/opening").content[:8]
                lessons = http.get("/api/v1/lessons").json()
                assert {lesson["name"] for lesson in lessons["lessons"]} == {path.stem for path in (ROOT / "dashboard" / "lessons").glob("*.md")}
        finally:
            process.terminate()


@pytest.mark.slow
def test_the_installed_library_writes_the_microscope_as_one_file(installed, tmp_path):
    python, packages = installed
    code = """
import planner, sys
checkpoint = planner.Checkpoints(sys.argv[1]).load("catch")
planner.run(checkpoint, particles=16, depth=4).save("plan.html")
"""
    subprocess.run([python, "-c", code, str(packages / "assets" / "checkpoints")], cwd=tmp_path, check=True)
    assert "importmap" in (tmp_path / "plan.html").read_text()
