import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import ddkd
from tests.helpers import interrupted_sweep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
ROOT = Path(ddkd.__file__).parents[1]
LARGE = 2000  # the widest tasks return 480 kB, more than a pipe holds
SIGNALS = [signal.SIGTERM, signal.SIGKILL, signal.SIGINT]
SIGNALS += [signal.SIGHUP] if sys.platform != "win32" else []


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Bytes of the .csv of the sweep, by padding, run in one go."""
    folder = tmp_path_factory.mktemp("undisturbed")
    contents = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DDKD_TEST_LOG", os.devnull)
        for padding in (0, 100, LARGE):
            interrupted_sweep.run(padding=padding).to_csv(folder / "r.csv")
            contents[padding] = (folder / "r.csv").read_bytes()
    return contents


def start(folder, *, n_jobs=1, padding=0, file_size=0):
    script = Path(interrupted_sweep.__file__)
    arguments = [str(value) for value in (folder, n_jobs, padding, file_size)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(script.parent)])}
    environment["DDKD_TEST_LOG"] = os.devnull
    process = subprocess.Popen(
        [sys.executable, str(script), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    assert process.stdout.readline() == "started\n"
    return process


def kill(process):
    """Kill the sweep's process, but not its workers: they follow it a second or two later."""
    process.kill()
    process.wait()
    process.stdout.close()
    process.stderr.close()


def assert_nothing_is_left(process):
    """Every process of the run's session has ended 15 seconds after it."""
    deadline = time.monotonic() + 15
    while (left := running_in(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left == []


def running_in(group):
    """Processes of a group that have not ended; one that nobody has asked about is a zombie."""
    command = ["ps", "-A", "-o", "pgid=,stat=,args="]
    rows = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    fields = [row.split(maxsplit=2) for row in rows]
    return [f for f in fields if f[0] == str(group) and not f[1].startswith("Z")]


def clean_up(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def finished(folder):
    return {path.name for path in folder.glob("sweep-*/point-*.json")}


def resume(folder, tmp_path, monkeypatch, **changes):
    """Bytes of the resumed result; asserts that only the missing tasks are computed."""
    before = finished(folder)
    log = tmp_path / "resumed-log"
    log.write_text("")
    monkeypatch.setenv("DDKD_TEST_LOG", str(log))
    result = interrupted_sweep.run(folder, **changes)
    assert result.provenance["tasks_taken"] == len(before)
    assert len(log.read_text().splitlines()) == interrupted_sweep.N_TASKS - len(before)
    result.to_csv(tmp_path / "r.csv")
    return (tmp_path / "r.csv").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("seed", range(3))
def test_any_signal_at_a_random_moment(seed, number, tmp_path, monkeypatch, undisturbed):
    moment = np.random.default_rng([seed, number]).uniform(0, 3)  # two workers start within 2 s
    folder = tmp_path / "sweep"
    process = start(folder, n_jobs=2, padding=LARGE)
    try:
        time.sleep(moment)
        process.send_signal(number)
        process.communicate(timeout=30)  # also: nobody keeps its standard output open
        assert_nothing_is_left(process)
        assert resume(folder, tmp_path, monkeypatch, padding=LARGE) == undisturbed[LARGE]
    finally:
        clean_up(process)
    assert len(finished(folder)) == interrupted_sweep.N_TASKS


@pytest.fixture(scope="module")
def command(tmp_path_factory):
    """The main job on a small file, as a program that Ctrl-C stops."""
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    path = tmp_path_factory.mktemp("data") / "blobs.npz"
    np.savez(path, X=rng.normal(size=(200, 3)) + y[:, None], y=y)
    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from ddkd.cli import main; sys.exit(main())"
    )
    arguments = ["reproduce", "--quick", "--quiet", "--repeats", "2", "--data", str(path)]
    return [sys.executable, "-c", program, *arguments, "--jobs", "2"]


def results(folder):
    return [(folder / name).read_bytes() for name in ("claims.json", "results.csv")]


@pytest.fixture(scope="module")
def reproduced(command, tmp_path_factory):
    out = tmp_path_factory.mktemp("reproduced") / "out"
    subprocess.run([*command, "--out", str(out)], check=True, capture_output=True)
    return results(out)


@pytest.mark.slow
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("seed", range(2))
def test_the_main_job_and_any_signal_at_a_random_moment(
    seed, number, tmp_path, command, reproduced
):
    out = tmp_path / "out"
    process = subprocess.Popen(
        [*command, "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        time.sleep(np.random.default_rng([seed, number]).uniform(0.5, 4))
        process.send_signal(number)
        process.communicate(timeout=30)
        assert_nothing_is_left(process)
    finally:
        clean_up(process)
    subprocess.run([*command, "--out", str(out)], check=True, capture_output=True)
    assert results(out) == reproduced


@pytest.mark.slow
def test_a_sweep_killed_again_and_again_gets_there(tmp_path, monkeypatch, undisturbed):
    folder = tmp_path / "sweep"
    for _ in range(2):
        process, before = start(folder), len(finished(folder))
        while len(finished(folder)) < before + 3 and process.poll() is None:
            time.sleep(0.005)
        kill(process)
        assert len(finished(folder)) >= before + 3
    assert resume(folder, tmp_path, monkeypatch) == undisturbed[0]


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.slow
def test_an_interrupt_from_the_keyboard(n_jobs, tmp_path, monkeypatch, undisturbed):
    folder = tmp_path / "sweep"
    process = start(folder, n_jobs=n_jobs)
    while len(finished(folder)) < 4 and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    n_said = re.search(r"\nKeyboardInterrupt: So far: (\d+) of 24 tasks\.\n$", errors)[1]
    assert 4 <= int(n_said) <= len(finished(folder))
    assert resume(folder, tmp_path, monkeypatch) == undisturbed[0]


@pytest.mark.slow
def test_a_full_disk_leaves_earlier_tasks_intact(tmp_path, monkeypatch, undisturbed):
    # The widest tasks write 6,000 bytes of padding and more; no file may exceed 5,000.
    folder = tmp_path / "sweep"
    process = start(folder, padding=100, file_size=5000)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    last = errors.strip().splitlines()[-1]
    assert "point-5-repeat-0.json (File too large)" in last
    assert "the same call goes on with the tasks that are there" in last
    assert finished(folder) == {f"point-{i}-repeat-0.json" for i in range(5)}
    assert not list(folder.rglob("*.tmp"))
    assert resume(folder, tmp_path, monkeypatch, padding=100) == undisturbed[100]


@pytest.mark.slow
def test_a_full_file_system(tmp_path, monkeypatch, undisturbed):
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(mount)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting needs privileges")
    try:
        folder = mount / "sweep"
        process = start(folder, padding=100)
        _, errors = process.communicate(timeout=60)
        assert process.returncode != 0
        assert "No space left on device" in errors
        assert 0 < len(finished(folder)) < interrupted_sweep.N_TASKS
        subprocess.run(["mount", "-o", "remount,size=1m", str(mount)], check=True)
        assert resume(folder, tmp_path, monkeypatch, padding=100) == undisturbed[100]
    finally:
        subprocess.run(["umount", str(mount)], check=True)
