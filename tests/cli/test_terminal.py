"""What a person sees: a real terminal of 80 columns."""

import os
import pty
import re
import select
import subprocess
import sys
import time

import numpy as np
import pytest

QUICK = {
    "reproduce": ["--quick", "--repeats", "2", "--verbose"],
    "curve": ["--repeats", "2", "--max-width", "250", "--verbose"],
    "distill": ["--repeats", "2", "--teacher-width", "300", "--n-transfer", "900", "--verbose"],
    "predict": ["--repeats", "2", "--max-width", "50", "--verbose"],
    "advise": ["--verbose"],
    "phase": ["--verbose"],
    "theorems": ["--only", "conservation", "--verbose"],
    "diagnose": ["own:model", "--param", "rbfsampler__n_components", "--verbose"],
    "page": ["--out", "page.html"],
}
FIRST = {
    "reproduce": r"\d+ of \d+ claims hold, \d+ fail, \d+ are undecided",
    "curve": r"The error (peaks at|has no peak)",
    "distill": r"Distilling (pays|does not pay|makes no clear difference)",
    "predict": r"With a ridge the predicted error is off by at most",
    "phase": r"With 0 % label noise",
    "advise": r"[A-Z].* is expected to err on",
    "theorems": r"1 of 1 agree",
    "diagnose": r"No peak at \d+: a penalty is at work",
    "page": r"Page: \d+ kB",
    "curve of a file": r"The error (peaks at|has no peak)",
    "mistake": r"ddkd curve: error: data file absent.csv cannot be read: No such file",
}
MODULE = """
from sklearn.kernel_approximation import RBFSampler
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline

model = make_pipeline(RBFSampler(gamma=0.02, random_state=0), RidgeClassifier())
"""
ESCAPES = re.compile(r"\x1b\]8;;[^\x1b]*\x1b\\|\x1b\[[\d;]*[A-Za-z]")


def in_terminal(arguments, folder, **environment):
    """Everything that the program writes to a terminal of 80 columns."""
    master, slave = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    done = subprocess.Popen(
        [sys.executable, "-m", "ddkd", *arguments],
        cwd=folder,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "PYTHONPATH": os.getcwd(), "TERM": "xterm", **environment},
    )
    os.close(slave)
    written, end = b"", time.monotonic() + 600
    while time.monotonic() < end:
        ready, _, _ = select.select([master], [], [], 1)
        if ready:
            try:
                block = os.read(master, 65536)
            except OSError:
                break
            if not block:
                break
            written += block
        elif done.poll() is not None:
            break
    done.wait(10)
    os.close(master)
    return written.decode()


def seen(written):
    """The lines left on the screen, and every line that was ever on it, without escapes."""
    ever = [ESCAPES.sub("", part) for part in re.split(r"[\r\n]+", written)]
    left = []
    for line in written.replace("\r\n", "\n").split("\n"):
        left.append(ESCAPES.sub("", line.rsplit("\r", 1)[-1]))
    return [line for line in left if line.strip()], ever


@pytest.mark.slow
@pytest.mark.parametrize("command", FIRST)
def test_lines_fit_and_the_first_is_the_answer(command, tmp_path):
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.normal(size=(100, 2)), np.arange(100) % 2])
    name = "a file whose name is so long that it would not fit in eighty columns by itself.csv"
    np.savetxt(tmp_path / name, rows, delimiter=",", header="a,b,kind", comments="")
    arguments = {
        "curve of a file": ["curve", "--repeats", "1", "--data", name],
        "mistake": ["curve", "--data", "absent.csv"],
    }.get(command) or [command, "--out", "out", *QUICK[command]]
    if command in ("theorems", "diagnose", "page"):
        arguments = [command, *QUICK[command]]
    (tmp_path / "own.py").write_text(MODULE)
    left, ever = seen(in_terminal([*arguments], tmp_path))
    assert re.match(FIRST[command], left[0]), left[:3]
    assert max(map(len, ever)) <= 78, max(ever, key=len)


@pytest.mark.slow
def test_reproduce_takes_forty_lines_and_a_pipe_gets_the_letters_that_it_has(tmp_path):
    command = ["reproduce", "--quick", "--repeats", "2", "--out", "out"]
    left, _ = seen(in_terminal(command, tmp_path))
    assert len(left) <= 40
    assert any("\u2713" in line for line in left)
    piped = subprocess.run(
        [sys.executable, "-m", "ddkd", *command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.getcwd(), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert b"\x1b" not in piped.stdout
    assert b"+ holds, x fails" in piped.stdout
