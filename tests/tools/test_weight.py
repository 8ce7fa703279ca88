"""The count of code lines, and the one limit that it holds the house to."""

from pathlib import Path

from tools import weight

SOURCE = '''"""A docstring."""

# a comment
def double(x):
    """Another,

    of three lines.
    """
    text = """not a
    docstring"""
    return 2 * x, text
'''


def test_blank_lines_comments_and_docstrings_do_not_count():
    assert weight.code_lines(SOURCE) == 4


def test_a_picture_counts_with_plotting_wherever_it_is_drawn():
    assert weight.room_of(Path("diagnosis/_picture.py")) == "plotting"
    assert weight.room_of(Path("diagnosis/_probes.py")) == "diagnosis"
    assert (
        weight.room_of(Path("features/_maps.py"))
        == weight.room_of(Path("_checks.py"))
        == weight.REST
    )
    assert weight.room_of(Path("populations/_mixture.py")) == "theory populations"


def test_only_the_total_is_limited_and_the_last_line_is_the_limit(tmp_path, monkeypatch, capsys):
    table = tmp_path / "weight.txt"
    monkeypatch.setattr(weight, "TABLE", table)
    monkeypatch.setattr(weight, "ROOT", tmp_path)
    for folder in ("ddkd/solvers", "tests"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["weight", "--check"])
    table.write_text("# words\n2 before\n4 a new law\n", encoding="utf-8")
    assert weight.main() == 0
    printed = capsys.readouterr().out
    assert "      4  mark 12,200  all Python; the last landing had 4\n" in printed
    assert "      4  mark  1,030  solvers\n" in printed
    assert "      4  tests\n" in printed
    table.write_text("4 before\n3 too little\n", encoding="utf-8")
    assert weight.main() == 1
    assert (
        "1 lines too many: add a line to tools/weight.txt that says why" in capsys.readouterr().out
    )
