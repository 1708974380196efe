"""Checks that the committed assets are what their sources build; without npm, that nobody edited them by hand."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "config" / "kit" / "static" / "kit" / "dist"


def main() -> int:
    before = contents()
    if edited := [name for name, digest in promised().items() if before.get(name) != digest]:
        print(f"assets: {', '.join(edited)} differ from SHA256SUMS. Change the sources and build: npm run build")
        return 1
    if shutil.which("npm") is None:
        print("!!! COULD NOT REBUILD the assets (no npm here); they agree with SHA256SUMS", file=sys.stderr)
        return 0
    subprocess.run(["npm", "ci", "--ignore-scripts", "--silent", "--no-audit", "--no-fund"], cwd=ROOT, check=True)
    subprocess.run(["npm", "run", "--silent", "build"], cwd=ROOT, check=True)
    if contents() != before:
        print("assets: a build changes them. Commit what `npm ci --ignore-scripts && npm run build` made.")
        return 1
    print("assets: a fresh build is the same, byte for byte")
    return 0


def contents() -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in DIST.iterdir() if path.is_file()}


def promised() -> dict[str, str]:
    lines = (DIST / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}


sys.exit(main())
