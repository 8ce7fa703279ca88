import os
import signal
import subprocess
import sys
import time

import pytest

WORKER = "import os, time; from ddkd._workers import _watch_parent as watch; "
PARENT = """
import subprocess, sys
worker = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE)
print(worker.stdout.readline().decode(), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process has no parent there once it ended")
@pytest.mark.slow
def test_a_worker_ends_when_its_parent_does():
    worker = WORKER + "watch(os.getppid()); print(os.getpid(), flush=True); time.sleep(60)"
    parent = subprocess.run(
        [sys.executable, "-c", PARENT, worker], stdout=subprocess.PIPE, timeout=60, check=True
    )
    process, deadline = int(parent.stdout), time.monotonic() + 15
    while is_running(process) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_running(process)


VERIFY = """
import os
import time
from ddkd.theorems import Theorem, verify

def simulate(rng, k):
    os.write(1, b"working\\n")
    time.sleep(60)

verify([Theorem(str(k), "", "", "exact", law=lambda k: k, simulate=simulate, settings=[{"k": k}])
        for k in range(2)], n_jobs=2)
"""
CURVE = """
import os
import time
import numpy as np
from sklearn.linear_model import Ridge
from ddkd.plotting import DoubleDescentDisplay

class Slow(Ridge):
    def fit(self, X, y):
        os.write(1, b"working\\n")
        time.sleep(60)

DoubleDescentDisplay.from_estimator(
    Slow(), np.eye(20), np.arange(20.0), param_name="alpha", param_range=[1, 2], n_jobs=2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process has no parent there once it ended")
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("code", [VERIFY, CURVE], ids=["verify", "curve"])
@pytest.mark.slow
def test_no_worker_computes_on_after_its_parent(code, sent):
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout.readline() == process.stdout.readline() == b"working\n"
    process.send_signal(sent)
    process.communicate(timeout=20)  # the pipe ends: nobody holds it


def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A process that has ended, and that nobody has asked about, is a zombie.
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    )
    return not state.stdout.startswith("Z") and bool(state.stdout)
