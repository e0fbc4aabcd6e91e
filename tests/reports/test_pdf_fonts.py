"""The print fonts: all there or a clear refusal, and no character without a glyph."""

import os
import subprocess
from pathlib import Path

import pytest

from assessment.domain import exchange
from assessment.domain.text import UNSEEN, printable
from reports import pdf
from reports.pdf.fonts import FALLBACK, PRINT_FOLDER, covered
from tests.reports import papers, samples
from tests.reports.papers import print_command, printed

FAMILIES = ["Jiping-FangSong", "Jiping-Hei", "Jiping-Kai", "Jiping-Song", "Jiping-XiaoBiaoSong"]
#: Of names and places, that the Fandol fonts lack.
RARE = "𠮷喆镕堃祎昇"


def test_missing_fonts_are_named_with_what_to_do(tmp_path: Path) -> None:
    empty = tmp_path / "fonts.conf"
    empty.write_text("<fontconfig><cachedir>/dev/null</cachedir></fontconfig>")
    source = tmp_path / "filing.json"
    source.write_text(exchange.write(samples.demo_file()), "utf-8")
    done = print_command(source, tmp_path / "out.pdf", FONTCONFIG_FILE=str(empty))
    assert done.returncode == 1
    assert "打印所需的字体没有安装：Jiping FangSong、Jiping Kai、Jiping Hei、Jiping Song、Jiping XiaoBiaoSong" in done.stderr
    assert "script/setup" in done.stderr
    assert pdf.missing_fonts() == []


def test_a_font_cache_written_under_other_rules_does_not_bring_the_old_names_back(tmp_path: Path) -> None:
    ours = (PRINT_FOLDER / "fonts.conf").read_text("utf-8")
    plain = tmp_path / "plain.conf"
    folder = ours.partition("<dir>")[2].partition("</dir>")[0]
    plain.write_text(f'<fontconfig><dir>{folder}</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>')
    home = os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    families = {}
    for name, config in (("plain", plain), ("ours", PRINT_FOLDER / "fonts.conf")):
        environment = home | {"FONTCONFIG_FILE": str(config)}
        listing = subprocess.run(["fc-list", "-f", "%{family[0]}\n"], env=environment, capture_output=True, text=True, check=True)
        families[name] = set(listing.stdout.splitlines())
    assert "FandolHei" in families["plain"]
    assert {name.replace("-", " ") for name in FAMILIES} <= families["ours"]


@pytest.mark.parametrize(
    ("character", "named"),
    [("\ue000", "U+E000"), ("\u202e", "U+202E"), ("\x07", "U+0007"), ("\u0600", "U+0600"), ("🙂", "“🙂”（U+1F642）")],
)
def test_a_character_that_no_font_has_is_named(character: str, named: str) -> None:
    with pytest.raises(pdf.PrintError) as refusal:
        pdf.render(samples.demo_file(explanations={"carry_balance": f"原因{character}。"}))
    assert str(refusal.value) == f"以下字符无法打印，请改用其他写法：{named}"


def test_what_may_be_signed_can_be_printed_by_the_font_that_every_style_falls_back_to() -> None:
    assert printable() - UNSEEN <= covered(FALLBACK)
    assert len(printable()) > 44_000


def test_rare_and_invisible_characters_are_printed(tmp_path: Path) -> None:
    file = samples.demo_file(explanations={"carry_balance": f"{RARE}野家\u200b㙟、½、é、αβ。"})
    assert f"{RARE}野家" in papers.flat(printed(tmp_path, file))


def test_the_tool_chain_names_every_part_the_fonts_and_our_layout() -> None:
    named = pdf.toolchain()
    assert [part.split()[0] for part in named.split(", ")] == [
        "WeasyPrint", "Pango", "HarfBuzz", "pydyf", "fontTools", "segno", "zlib", "fonts", "layout",
    ]  # fmt: skip
    assert all(len(part.split()) == 2 for part in named.split(", "))
    assert len(named) <= 200
