import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import interrupted_sweep
import numpy as np
import pytest

import ddkd

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
ROOT = Path(ddkd.__file__).parents[1]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Bytes of the .csv of the sweep, and of the one with padding, run in one go."""
    folder = tmp_path_factory.mktemp("undisturbed")
    contents = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DDKD_TEST_LOG", os.devnull)
        for padding in (0, 100):
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
    """Kill the sweep's process, but not its workers: they outlive it by some minutes."""
    process.kill()
    process.wait()
    process.stdout.close()
    process.stderr.close()


def clean_up(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def finished(folder):
    return {path.name for path in folder.glob("task-*.json")} if folder.exists() else set()


def resume(folder, tmp_path, monkeypatch, **changes):
    """Bytes of the resumed result; asserts that only the missing tasks are computed."""
    before = finished(folder)
    log = tmp_path / "resumed-log"
    log.write_text("")
    monkeypatch.setenv("DDKD_TEST_LOG", str(log))
    result = interrupted_sweep.run(folder, **changes)
    assert result.provenance["tasks_resumed"] == len(before)
    assert len(log.read_text().splitlines()) == interrupted_sweep.N_TASKS - len(before)
    result.to_csv(tmp_path / "r.csv")
    return (tmp_path / "r.csv").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("seed", range(10))
def test_kills_at_twenty_random_moments(seed, n_jobs, tmp_path, monkeypatch, undisturbed):
    # Two workers take about two seconds to start.
    longest = {1: 0.8, 2: 3.5}[n_jobs]
    moment = np.random.default_rng([seed, n_jobs]).uniform(0, longest)
    folder = tmp_path / "sweep"
    process = start(folder, n_jobs=n_jobs)
    time.sleep(moment)
    kill(process)
    try:
        assert resume(folder, tmp_path, monkeypatch) == undisturbed[0]
    finally:
        clean_up(process)
    assert len(finished(folder)) == interrupted_sweep.N_TASKS


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
def test_an_interrupt_from_the_keyboard(n_jobs, tmp_path, monkeypatch, undisturbed):
    folder = tmp_path / "sweep"
    process = start(folder, n_jobs=n_jobs)
    while len(finished(folder)) < 4 and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert resume(folder, tmp_path, monkeypatch) == undisturbed[0]


def test_a_full_disk_leaves_earlier_tasks_intact(tmp_path, monkeypatch, undisturbed):
    # The widest tasks write 6,000 bytes of padding and more; no file may exceed 5,000.
    folder = tmp_path / "sweep"
    process = start(folder, padding=100, file_size=5000)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    last = errors.strip().splitlines()[-1]
    assert f"cannot write task-000015.json in {folder} (File too large)" in last
    assert "resume the sweep once there is room" in last
    assert finished(folder) == {f"task-{i:06d}.json" for i in range(15)}
    assert not list(folder.glob("*.tmp")) + list(folder.glob(".*.tmp"))
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
