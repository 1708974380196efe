"""The rules of the design system, held on its sources and on what they build: contrast, weight, words, names."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.env import BASE
from config.kit.labels import LEVELS
from config.styleguide.chapters import CHAPTERS
from config.styleguide.samples_of.basics import TONES

KIT = BASE / "config" / "kit"
ASSETS, DIST = KIT / "assets", KIT / "static" / "kit" / "dist"
APPS = ("config", "compliance", "content", "audiences", "campaigns")
SURFACES = ("bg", "surface", "raised", "sunken", "hover")
STATES = ("brand", "ok", "warn", "bad", "info", "vio")
SOFT = tuple(f"{state}-soft" for state in STATES)
NEEDS_ROWS = {"list", "live", "pager", "part"}  # made by a view over stored rows; every list and detail page shows them
PLOTS = tuple(f"plot-{n}" for n in range(1, 7))


def colours() -> dict[str, tuple[str, str]]:
    text = (ASSETS / "tokens.mjs").read_text()
    found = re.findall(r"^  '?([a-z0-9-]+)'?: \['(#[0-9a-f]+)', '(#[0-9a-f]+)'\]", text, re.MULTILINE)
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def pairs() -> Iterator[tuple[str, str, float]]:
    """What stands on what, and how clearly it must."""
    yield from ((ink, surface, 4.5) for ink in ("ink", "ink-2", "ink-3") for surface in SURFACES)
    yield from (("ink", soft, 7.0) for soft in (*SOFT, "hatch"))
    yield from (("ink-2", soft, 4.5) for soft in SOFT)
    yield from ((state, f"{state}-soft", 4.5) for state in STATES)
    yield from ((state, surface, 4.5) for state in STATES for surface in ("bg", "surface", "raised", "hover"))
    yield from (("on-brand", brand, 4.5) for brand in ("brand", "brand-strong"))
    yield from (("on-bad", bad, 4.5) for bad in ("bad", "bad-strong"))
    yield ("surface", "warn", 4.5)  # the word DRILL
    yield from (("line-strong", surface, 3.0) for surface in ("bg", "surface", "raised", "sunken"))
    yield from ((plot, surface, 3.0) for plot in PLOTS for surface in ("surface", "raised"))


def sheets() -> list[Path]:
    return sorted((ASSETS / "css").glob("*.css"))


def templates() -> list[Path]:
    return [path for app in APPS for path in (BASE / app).rglob("*.html") if "brand" not in path.parts]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_pair_of_colours_that_meet_can_be_told_apart(theme):
    shades = {name: pair[theme] for name, pair in colours().items()}
    poor = [
        f"{ink} on {ground}: {contrast(shades[ink], shades[ground]):.2f}"
        for ink, ground, least in pairs()
        if contrast(shades[ink], shades[ground]) < least
    ]
    assert poor == []


def test_every_colour_is_on_the_style_guide_and_every_level_has_its_pair():
    assert set(colours()) == set(TONES)
    assert {f"{level}-soft" for level in LEVELS if level} <= set(colours())


def test_our_styles_weigh_at_most_20_kb():
    assert sum(len(gzip.compress(path.read_bytes())) for path in DIST.glob("*.css")) <= 20 * 1024


def test_charts_are_loaded_by_the_component_that_draws_them_and_by_nothing_else():
    naming = [path.name for path in templates() if "charts.js" in path.read_text()]
    assert naming == ["chart.html"]
    assert b"echarts" not in (DIST / "app.js").read_bytes().lower()


def test_nothing_is_loaded_from_outside():
    outside = re.compile(r"(?:src|href)=[\"'](?:https?:)?//|@import\s+[\"'](?:https?:)?//|url\([\"']?(?:https?:)?//")
    built = [path for path in DIST.iterdir() if path.suffix in (".css", ".svg", ".html")]
    assert [path.name for path in (*templates(), *built) if outside.search(path.read_text())] == []


def test_no_style_spaces_slants_or_capitalises_letters_nor_names_a_colour_of_its_own():
    for path in sheets():
        text = re.sub(r"/\*.*?\*/|url\(.*?\)", "", path.read_text(), flags=re.DOTALL)
        assert not re.search(r"letter-spacing|text-transform|font-style:\s*italic", text), path.name
        bare = text.replace("background: #fff", "")  # paper, and the letters that customers get, are always white
        assert not re.search(r":[^;{}]*(?:#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\()", bare), path.name


def test_what_moves_moves_only_for_those_who_do_not_mind():
    calm = re.compile(r"@media \(prefers-reduced-motion: no-preference\) \{(?:[^{}]|\{[^{}]*\})*\}")
    for path in sheets():
        outside = calm.sub("", path.read_text())
        assert not re.search(r"\b(?:animation|transition)\s*:", outside), path.name


def test_every_style_sheet_is_in_a_layer_and_none_is_forgotten():
    entry = (ASSETS / "css" / "style.css").read_text()
    named = re.findall(r'@import "\./([a-z_-]+\.css)" layer\(\w+\);', entry)
    built = re.findall(r"'css/([a-z_-]+\.css)'", (ASSETS / "build.mjs").read_text())
    assert sorted(named + built) == [path.name for path in sheets()]
    assert all("@layer" in (ASSETS / "css" / name).read_text() for name in built)


def test_every_icon_that_is_named_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (DIST / "icons.svg").read_text()))
    pattern = re.compile(r'<c-(?:icon[^>]*?\sname|[a-z-]+(?:\s[^>]*?)?\sicon)="([a-z0-9-]+)"')
    named = {(path.name, name) for path in templates() for name in pattern.findall(path.read_text())}
    assert [f"{file}: {name}" for file, name in sorted(named) if name not in sprite] == []


def test_every_component_stands_on_the_style_guide():
    guide = "".join(path.read_text() for path in (BASE / "config" / "styleguide").rglob("*.html"))
    frame = "".join((KIT / "templates" / "kit" / name).read_text() for name in ("base.html", "door.html"))
    parts = {path.stem.replace("_", "-"): path.read_text() for path in (KIT / "templates" / "cotton").glob("*.html")}
    shown = {name for name in parts if f"<c-{name}" in guide + frame}
    while more := {name for name in parts if name not in shown and any(f"<c-{name}" in parts[each] for each in shown)}:
        shown |= more
    assert sorted(set(parts) - shown - NEEDS_ROWS) == []


def test_each_of_the_eight_frames_has_its_page():
    used = {path.read_text().split('"')[1] for path in (BASE / "config" / "styleguide").rglob("t?-*.html")}
    assert used == {f"kit/{path.name}" for path in (KIT / "templates" / "kit").glob("*_page.html")}
    assert len(used) == 8 == sum(chapter.frame for chapter in CHAPTERS)
