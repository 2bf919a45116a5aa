"""The example of docs/teaching.md is a lesson, and the command says so; of others it says what is wrong."""

import pytest

from tests.servers import ROOT, twistscope

EXAMPLE = ROOT / "docs" / "example-lesson" / "first-steps.md"


def test_the_example_holds_and_is_rendered(tmp_path):
    ended = twistscope("lesson", "check", str(EXAMPLE), "--render", str(tmp_path / "pages"), check=True)
    assert "holds few" in ended.stdout and ended.stdout.endswith("1 lesson: everything holds\n")
    assert "lesson=first-steps" in (tmp_path / "pages" / "index.html").read_text("utf-8")
    assert (tmp_path / "pages" / "lessons" / "first-steps.js").is_file()


def test_pages_do_not_take_the_place_of_other_files(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    ended = twistscope("lesson", "check", str(EXAMPLE), "--render", str(tmp_path))
    assert ended.returncode == 2 and "--render" in ended.stderr and "holds other files" in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("of: {at_most: 20}", "of: {at_most: 1}", 10, "the claim 'few' does not hold"),
        ("checkpoint=cartpole-early", "checkpoint=nowhere", 10, "unknown checkpoint 'nowhere'"),
        ("measure: root_ancestors", "measure: beauty", 10, "measure: got 'beauty'"),
        ("Look at the river.", "The river is wide.", 12, "without a check"),
        ("setting: ess_threshold", "setting: colour", 10, "no setting 'colour'"),
        ("at_most: 0.05", "at_most: 7", 10, "ess_threshold cannot be 7"),
    ],
)
def test_a_fault_is_named_with_file_line_and_remedy(tmp_path, old, new, line, said):
    text = EXAMPLE.read_text("utf-8")
    assert old in text
    faulty = tmp_path / "first-steps.md"
    faulty.write_text(text.replace(old, new), "utf-8")
    ended = twistscope("lesson", "check", str(faulty))
    assert ended.returncode == 2
    fault, last = ended.stderr.strip().splitlines()
    assert fault.startswith(f"first-steps.md:{line}: ") and said in fault and "; " in fault
    assert last == "twistscope: 1 fault in first-steps.md"
