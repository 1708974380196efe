"""Differential fuzzing: rules × events × engine, SQL and interpreter, by seed, in a process that may be lost.

`python -m tests.fuzz --minutes 5 [--seed N]` ends with the totals, and with 1 after any difference, crash or hang; each
is told with the seed that repeats it: `python -m tests.fuzz --only SEED`.
"""
