"""One BLAS thread: tests run on every core, and many small solves are slower with two."""

import os

from threadpoolctl import threadpool_limits

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for the processes that tests start
threadpool_limits(limits=1)
