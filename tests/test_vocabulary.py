"""One name for each concept: words that stand for something that has another name here."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ELSEWHERE = {"CHANGELOG.md", "tests/test_vocabulary.py"}
ENDINGS = {".py", ".rst", ".md", ".js", ".html", ".cfg", ".txt", ".yml"}
WORDS = {
    r"\bn_train\b": "n_samples",
    r"[Ss]um-normalised": "the ridge penalty is added to the sum of squares",
    r"ridgeless_|_ridgeless\b": "minimum norm",
    r"[Tt]raining-set distillation|[Ss]elf-distilled|[Ss]ame-set": "self-distillation",
    r"[Dd]irect students?\b": "the directly trained model",
    r"\bcells? of (a|the) (sweep|experiment)|cell/s": "task",
}


def tracked():
    """Files of the repository with text that a person reads."""
    try:
        names = subprocess.run(
            ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / n for n in names if Path(n).suffix in ENDINGS and n not in ELSEWHERE]


@pytest.mark.parametrize("word", WORDS)
def test_a_concept_goes_by_its_one_name(word):
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked()
        for match in re.finditer(word, path.read_text(encoding="utf-8"))
    ]
    assert not found, f"say {WORDS[word]!r} instead: {found}"
