"""The example of docs/teaching.md is a lesson, and the command says so; of others it says what is wrong."""

import pytest

from tests.servers import ROOT, twistscope

EXAMPLE = ROOT / "docs" / "example-lesson" / "first-steps.md"


def test_the_example_holds():
    ended = twistscope("lesson", "check", str(EXAMPLE), check=True)
    assert "holds few" in ended.stdout and ended.stdout.endswith("1 lesson: everything holds\n")


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
