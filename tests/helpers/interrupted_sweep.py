"""A sweep that the tests start in a process of its own, to interrupt it."""

import os
import signal
import sys
import time

import numpy as np

from ddkd.datasets import load
from ddkd.sweeps import sweep

N_TASKS = 24


def data(rng):
    return load("mixture", n_samples=30, n_test=50, rng=rng)


def experiment(split, rng, width, padding):
    # Where the log goes must not be part of the sweep, or nothing would be taken.
    with open(os.environ["DDKD_TEST_LOG"], "a") as log:
        log.write(f"{width} {split.X_train[0, 0]!r}\n")
    time.sleep(0.02)
    W = rng.standard_normal((split.X_train.shape[1], width))
    targets = (split.y_train[:, None] == split.classes) * 1.0
    coef = np.linalg.pinv(np.tanh(split.X_train @ W)) @ targets
    score = np.tanh(split.X_test @ W) @ coef
    error = np.mean(split.classes[score.argmax(axis=1)] != split.y_test)
    return [{"error": error, "norm": np.linalg.norm(coef), "padding": "x" * padding * width}]


def run(folder=None, *, n_jobs=1, padding=0):
    return sweep(
        experiment,
        data,
        grid={"width": [5, 15, 25, 30, 35, 60, 120, 240]},
        repeats=3,
        seed=1,
        n_jobs=n_jobs,
        params={"padding": padding},
        folder=folder,
        progress=False,
    )


if __name__ == "__main__":
    # Under its own name, so that the experiment's name is the same in every process.
    from tests.helpers import interrupted_sweep

    # A parent that ignores Ctrl-C, such as nohup, hands that down.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder, n_jobs, padding, file_size = sys.argv[1], *map(int, sys.argv[2:])
    if file_size:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, resource.RLIM_INFINITY))
    print("started", flush=True)
    interrupted_sweep.run(folder, n_jobs=n_jobs, padding=padding)
    print("finished", flush=True)
