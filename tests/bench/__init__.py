"""Speed, always as a ratio to a limit that is measured in the same run on the same machine.

`python -m tests.bench [part …] [--json FILE] [--quick]` runs the parts (all of them by default) and prints one table.
A part is a module of this package with `run(report, quick=…)`; its raw limits are programs in `limits/`.
"""
