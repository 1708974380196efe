"""Keeps what a process has loaded out of the garbage collector's sight."""

import gc


def settle_in() -> None:
    """Call once, when a process has loaded its code: what is alive now will stay, and is not looked through again.

    A full collection otherwise walks over all of Django's modules, in the middle of a batch.
    """
    gc.collect()
    gc.freeze()
