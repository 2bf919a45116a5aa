"""Data files of measurements: nothing that was measured is lost, and a file that is something else is refused in one line."""

import json

import pytest

from benchmarks import bars, learning, settings
from benchmarks.kept_data import read_data, write_data
from benchmarks.study import __main__ as study


@pytest.mark.parametrize("command", [bars, learning, settings], ids=lambda command: command.__name__)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"version": 99, "cells": []}', "is of version 99, this command reads and writes 1"),
        ('{"cells": []}', "is of version None"),
        ('{"version": 1, "cells": [', "is no data of a measurement: Expecting value"),
        ("[1, 2]", "it has no list of cells"),
        ('{"version": 1}', "it has no list of cells"),
        ("\udcff", "is no data of a measurement: 'utf-8' codec"),
    ],
)
def test_a_file_that_is_something_else_is_refused_in_one_line_and_left_as_it_is(command, text, said, tmp_path, monkeypatch, capsys):
    path = tmp_path / "data.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    before = path.read_bytes()
    monkeypatch.setattr("sys.argv", ["benchmark", "--data", str(path)])
    with pytest.raises(SystemExit) as ended:
        command.main()
    lines = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2 and len(lines) == 1 and said in lines[0] and "name another file with --data" in lines[0]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [('{"seeds": 3, "cells": {}}', "has 3 seeds, this run 5"), *((text, "is no data of a study") for text in ("{", "{}", "[1]", "3"))],
)
def test_a_file_that_is_no_study_of_as_many_seeds_is_refused_in_one_line(text, said, tmp_path, capsys):
    path = tmp_path / "study.json"
    path.write_text(text)
    with pytest.raises(SystemExit) as ended:
        study.collect(path, [], [], 5)
    lines = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2 and len(lines) == 1 and said in lines[0]
    assert path.read_text() == text


@pytest.mark.parametrize("command", [bars, settings], ids=lambda command: command.__name__)
def test_an_unknown_checkpoint_is_refused(command, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["benchmark", "--data", str(tmp_path / "data.json"), "--only", "cartpole-erly"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2 and "cartpole-erly" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_what_was_written_is_read_and_a_write_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "data.json"
    first = read_data(path)
    assert first["cells"] == [] and not path.exists()
    first["cells"].append({"returns": [1.5]})
    write_data(path, first)
    assert read_data(path) == first == json.loads(path.read_text())
    first["cells"].append({"returns": object()})
    with pytest.raises(TypeError):
        write_data(path, first)
    assert read_data(path)["cells"] == [{"returns": [1.5]}]
