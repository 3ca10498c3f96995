# SPDX-License-Identifier: MIT
"""For tests of processes that say nothing when they are ready."""
import pathlib
import sys
import time

PATIENCE = 60


def wait_for(what, condition):
    """The first true value of `condition`, looked at again and again; the test ends if there is none by the deadline."""
    deadline = time.monotonic() + PATIENCE
    while not (result := condition()):
        if time.monotonic() > deadline:
            sys.exit(f"{pathlib.Path(sys.argv[0]).stem}: {what}: not so within {PATIENCE} s")
        time.sleep(0.05)  # between two looks at another process
    return result
