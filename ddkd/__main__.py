"""``python -m ddkd``."""

import sys

from ddkd.cli import main

if __name__ == "__main__":
    sys.exit(main())
