"""`python -m bench`: measure, print, and end."""

import sys

from bench.run import main

if __name__ == "__main__":
    sys.exit(main())
