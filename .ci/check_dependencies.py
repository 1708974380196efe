"""Asks pip-audit for known holes in the locked packages; "could not ask" is said loudly but fails nothing."""

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
COMMAND = ["-m", "pip_audit", "-r", str(LOCK), "--disable-pip", "--require-hashes", "--progress-spinner", "off"]


def main() -> int:
    done = subprocess.run([sys.executable, *COMMAND, "-f", "json"], capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return could_not_check("all packages", done.stderr.strip()[-300:])
    found = [(package, hole) for package in packages for hole in package.get("vulns", [])]
    for package, hole in found:
        mended = ", ".join(hole["fix_versions"]) or "no version yet"
        print(f"KNOWN HOLE: {package['name']} {package['version']}: {hole['id']}; mended in {mended}")
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if skipped:
        could_not_check(f"{len(skipped)} of {len(packages)} packages", "the index did not answer for them")
    print(f"dependencies: {len(packages) - len(skipped)} asked about, {len(found)} known holes")
    return 1 if found else 0


def could_not_check(what: str, why: str) -> int:
    print(f"!!! COULD NOT CHECK {what} for known holes: {why}", file=sys.stderr)
    return 0


sys.exit(main())
