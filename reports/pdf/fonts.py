"""The fonts that printing uses: under our own family names, all there or none printed, and a glyph for every character."""

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import zlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

from assessment.domain.text import UNSEEN, named
from reports.pdf.errors import PrintError

PRINT_FOLDER = Path(settings.BASE_DIR) / "static" / "print"
# Before Pango loads. An office with fonts of its own has set it already, to its copy of this file.
os.environ.setdefault("FONTCONFIG_FILE", str(PRINT_FOLDER / "fonts.conf"))

FALLBACK = "Noto Serif CJK SC"
FAMILIES = ("Jiping FangSong", "Jiping Kai", "Jiping Hei", "Jiping Song", "Jiping XiaoBiaoSong", FALLBACK)
SHOWN = 10


def missing_fonts() -> list[str]:
    """The families that fontconfig does not have, by name."""
    there = _font_files()
    return [family for family in FAMILIES if family not in there]


def check_parts() -> None:
    """Raise ``PrintError`` with what is missing and what to do."""
    if not shutil.which("fc-list"):
        raise PrintError("打印所需的系统组件没有安装：fontconfig。请系统管理员运行 script/setup --system")
    if missing := missing_fonts():
        _font_files.cache_clear()  # the worker prints as soon as they are there
        raise PrintError(
            f"打印所需的字体没有安装：{'、'.join(missing)}。请系统管理员运行 script/setup --system，或检查 fonts.conf 中的字体目录"
        )
    # Without it WeasyPrint subsets fonts in Python: 3 to 16 seconds a print instead of less than one.
    if not ctypes.util.find_library("harfbuzz-subset"):
        raise PrintError("打印所需的系统组件没有安装：libharfbuzz-subset0。请系统管理员运行 script/setup --system")


def check_glyphs(text: str) -> None:
    """Refuse text with a character that no print font has: never a box, and never a gap, in the print."""
    absent = sorted(code for code in {ord(character) for character in text} if not _printable(code))
    if absent:
        shown = "、".join(named(code) for code in absent[:SHOWN])
        more = f"等 {len(absent)} 个" if len(absent) > SHOWN else ""
        raise PrintError(f"以下字符无法打印，请改用其他写法：{shown}{more}")


def _printable(code: int) -> bool:
    """What is not seen needs no glyph; all others have one in the family that every style falls back to."""
    return code in UNSEEN or (code >= 0x20 and code in covered(FALLBACK))


@cache
def _font_files() -> dict[str, tuple[str, int]]:
    """Where each family's font is: file and index within it."""
    listing = subprocess.run(
        ["fc-list", "-f", "%{family[0]}\t%{file}\t%{index}\t%{style}\n"],  # noqa: S607  # fontconfig's own program
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    # Of several faces the regular one, which is what is printed.
    faces = (line.split("\t") for line in sorted(listing.splitlines(), key=lambda line: ("Regular" in line.split("\t")[3], line)))
    return {family: (file, int(index)) for family, file, index, _ in faces}


@cache
def covered(family: str) -> frozenset[int]:
    """The characters that a family has glyphs for."""
    from fontTools.ttLib import TTFont

    file, number = _font_files()[family]
    with TTFont(file, fontNumber=number, lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def toolchain() -> str:
    """What the bytes of a print hang on beside its content: ``engine_parts``, and the digest of our own layout."""
    own = [*sorted(PRINT_FOLDER.glob("*")), *sorted((PRINT_FOLDER.parents[1] / "templates" / "print").glob("*"))]
    own += sorted(Path(__file__).parent.glob("*.py"))
    return f"{engine_parts()}, layout {_digest(own)}"


@cache
def engine_parts() -> str:
    """Other people's parts of the tool chain with their versions, and the fonts' digest."""
    import weasyprint
    from weasyprint.text.ffi import pango

    number = pango.pango_version()
    pango_version = f"{number // 10000}.{number // 100 % 100}.{number % 100}"
    fonts = _digest(Path(_font_files()[family][0]) for family in FAMILIES)
    named = {
        "WeasyPrint": weasyprint.__version__,
        "Pango": pango_version,
        "HarfBuzz": _harfbuzz_version(),
        "pydyf": version("pydyf"),
        "fontTools": version("fonttools"),
        "segno": version("segno"),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "fonts": fonts,
    }
    return ", ".join(f"{name} {what}" for name, what in named.items())


def _digest(files: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()[:16]


def _harfbuzz_version() -> str:
    library = ctypes.CDLL(ctypes.util.find_library("harfbuzz"))
    library.hb_version_string.restype = ctypes.c_char_p
    return str(library.hb_version_string().decode())
