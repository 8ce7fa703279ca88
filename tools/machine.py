"""Print what the tests run on: ``python -m tools.machine``.

A number that differs between two machines is most often their BLAS's or their threads'.
"""

import os
import platform

import numpy as np
import scipy
import sklearn
from threadpoolctl import threadpool_info


def main() -> None:
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    print(f"Python {platform.python_version()} on {system}")
    print(f"numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}")
    for pool in threadpool_info():
        names = [pool["internal_api"], pool["version"] or "", pool.get("architecture") or ""]
        print(f"{' '.join(filter(None, names))}: {pool['num_threads']} threads")


if __name__ == "__main__":
    main()
