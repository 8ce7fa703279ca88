"""The program as a process: signals, closed streams, full disks and a wrong environment."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from ddkd import cli
from ddkd.cli import _main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and shells of POSIX")
NEEDS_DEV_FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full disk at hand")
HEAVY = ("numpy", "scipy", "sklearn", "matplotlib", "joblib")
TERMINATED = 128 + signal.SIGTERM


def start(words, folder, shell="exec", **environment):
    """`python -m ddkd` in a folder, by a shell that may close or limit something first."""
    return subprocess.Popen(
        ["sh", "-c", f'{shell} "$@"', "sh", sys.executable, "-m", "ddkd", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.getcwd(), "MPLBACKEND": "agg", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heed_interrupts,
    )


def _heed_interrupts():
    """A shell starts what runs in its background deaf to Ctrl-C, the tests among it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def ends(words, folder, shell="exec", **environment):
    """Exit status and the lines of both streams."""
    process = start(words, folder, shell, **environment)
    printed, errors = process.communicate(timeout=120)
    return process.returncode, printed.splitlines(), errors.splitlines()


@pytest.fixture
def curve(tmp_path):
    """A short curve."""
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    np.savez(tmp_path / "d.npz", X=rng.normal(size=(200, 3)) + y[:, None], y=y)
    return ["curve", "--data", "d.npz", "--repeats", "2", "--max-width", "40"]


def test_ctrl_c_during_an_import_is_one_line(tmp_path):
    (tmp_path / "numpy.py").write_text("import os\nos.kill(os.getpid(), 2)\nwhile True:\n    pass")
    status, printed, errors = ends(["curve"], tmp_path)
    assert (status, printed, errors) == (130, [], ["", "interrupted."])


def test_signal_15_ends_a_program_as_ctrl_c_does(monkeypatch, capsys):
    def terminated(words):
        signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(_main, "_run", terminated)
    monkeypatch.setattr(sys, "argv", ["ddkd", "curve"])
    try:
        assert cli.main() == TERMINATED
    finally:
        signal.signal(signal.SIGTERM, before)
    assert capsys.readouterr().err == "\nterminated.\n"


@pytest.mark.slow
def test_a_terminated_run_with_workers_says_one_line(curve, tmp_path):
    process = start([*curve, "--repeats", "5000", "--jobs", "2"], tmp_path)
    while not list(tmp_path.glob("ddkd-results/curve/tasks/*/*.json")):  # workers work
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    printed, errors = process.communicate(timeout=60)  # and the pipe ends: no worker holds it
    assert process.returncode == TERMINATED
    blank, line = errors.splitlines()
    assert blank == printed == ""
    assert line.startswith("terminated. ")
    assert "finished task" in line


@pytest.mark.usefixtures("unsaved_pictures")
def test_without_an_output_the_results_are_written(curve, tmp_path, monkeypatch):
    """Python gives a program no streams if its own are closed."""
    monkeypatch.chdir(tmp_path)
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert cli.main([*curve, "--jobs", "1"]) == 0
    assert (tmp_path / "ddkd-results" / "curve" / "results.csv").stat().st_size > 0
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    assert end.value.code == 0
    for stream in (sys.stdout, sys.stderr):  # which the program has opened
        stream.close()


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.slow
def test_with_a_closed_output_the_results_are_written_and_nothing_is_said(jobs, curve, tmp_path):
    assert ends([*curve, "--jobs", jobs], tmp_path, "exec >&-; exec") == (0, [], [])
    assert (tmp_path / "ddkd-results" / "curve" / "results.csv").stat().st_size > 0
    assert ends(["--help"], tmp_path, "exec >&- 2>&-; exec") == (0, [], [])


FULL_OUTPUT = "ddkd theorems: error: standard output: No space left on device"


@NEEDS_DEV_FULL
def test_a_full_output_is_one_line(monkeypatch, capsys):
    """Closing the stream, as the end of a process does, fails if anything is left in it."""
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert cli.main(["theorems", "--list"]) == 1
    assert capsys.readouterr().err == f"{FULL_OUTPUT}\n"


@NEEDS_DEV_FULL
@pytest.mark.slow
def test_a_full_output_is_one_line_of_a_process(tmp_path):
    status, _, errors = ends(["theorems", "--list"], tmp_path, "exec >/dev/full; exec")
    assert (status, errors) == (1, [FULL_OUTPUT])


def test_the_backend_is_looked_at_before_any_work(monkeypatch, tmp_path, capsys):
    def refuse(name):
        raise ValueError(f"{name} knows no such backend")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    monkeypatch.setattr("ddkd.cli._command.import_module", refuse)
    assert cli.main(["curve", "--quiet"]) == 1
    expected = "ddkd curve: error: matplotlib knows no such backend\n"
    assert capsys.readouterr().err == expected
    assert not (tmp_path / "ddkd-results").exists()


@pytest.mark.slow
def test_an_unknown_backend_is_one_line(tmp_path):
    status, printed, (line,) = ends(["curve", "--quiet"], tmp_path, MPLBACKEND="nonsense")
    assert (status, printed) == (1, [])
    assert line.startswith("ddkd curve: error: ")
    assert "'nonsense' is not a valid value" in line
    assert not (tmp_path / "ddkd-results").exists()  # before any work


@pytest.mark.parametrize("size", [1024, 16384])
def test_a_disk_that_is_full_is_told_with_the_name_of_the_folder(
    size, tmp_path, monkeypatch, capsys
):
    """A limit of the size of a file stands in for the disk: of the table, or of the picture."""
    import resource  # there is none on Windows

    monkeypatch.chdir(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        status = cli.main(["phase", "--quiet"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    expected = "ddkd phase: error: ddkd-results/phase: File too large\n"
    assert (status, capsys.readouterr().err) == (1, expected)


@NEEDS_DEV_FULL
@pytest.mark.parametrize(
    "words",
    [["page", "--out", "/dev/full"], ["page", "--check", "#scene=1", "--json", "/dev/full"]],
)
def test_a_file_on_a_full_disk_is_named(words, capsys):
    assert cli.main(words) == 1
    expected = "ddkd page: error: /dev/full: No space left on device\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize("words", ["-m ddkd --version", "-m ddkd --help", "-c import__ddkd"])
def test_nothing_heavy_is_imported_before_it_is_needed(words, tmp_path):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *(w.replace("__", " ") for w in words.split())],
        capture_output=True,
        text=True,
        check=True,
    )
    names = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]
    assert "ddkd" in names
    assert [name for name in names if name.partition(".")[0] in HEAVY] == []
