"""The engines that print.py compares, each in a process of its own that prints when it is told to.

python benchmarks/printers.py ENGINE FOLDER [NUMBER]
"""

import contextlib
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
MEMORY_AT = (0, 1, 10, 50, 500)

#: Prints the report of this number.
Printer = Callable[[int], object]


def main() -> None:
    """Serve as an engine, or measure what is measured of ours alone."""
    name, folder, *more = sys.argv[1:]
    sys.path.insert(0, str(ROOT))
    if name in ENGINES:
        with ENGINES[name](Path(folder)) as printer:
            peak = partial(shared_out, os.getpid()) if name == "chromium" else partial(memory, "VmHWM")
            serve(printer, peak, rest if name == "ours" else lambda: None)
    else:
        say(json.dumps(ALONE[name](Path(folder), *map(int, more))))


def serve(printer: Printer, peak: Callable[[], float], rest: Callable[[], object]) -> None:
    """The next report for each line that comes in, answered with its seconds; at the end the memory it took, in MiB.

    What a worker does between two jobs is done between two reports.
    """
    say("ready")
    for number, _ in enumerate(sys.stdin):
        begun = time.perf_counter()
        printer(number)
        say(f"{time.perf_counter() - begun}")
        rest()
    say(f"{peak()}")


def say(text: str) -> None:
    """A line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def rest() -> None:
    """What our worker does after each job."""
    from reports import pdf

    pdf.rest()


@contextlib.contextmanager
def ours(folder: Path) -> Iterator[Printer]:
    """As a worker prints: Django is set up and the content at hand; the first print counts its warming up."""
    files = contents(folder)

    def printer(number: int) -> None:
        from reports import pdf

        if number == 0:
            pdf.warm_up()
        (folder / f"{number}.ours.pdf").write_bytes(pdf.render(files[number]))

    yield printer


@contextlib.contextmanager
def naive(folder: Path) -> Iterator[Printer]:
    """As the first page of the manual says: nothing kept from one print to the next."""
    pages = [path.read_text("utf-8") for path in reports(folder, "html")]

    def printer(number: int) -> None:
        from weasyprint import HTML

        HTML(string=pages[number]).write_pdf(folder / f"{number}.naive.pdf")

    yield printer


@contextlib.contextmanager
def chromium(folder: Path) -> Iterator[Printer]:
    """A browser that is kept, and a page in it that is kept too."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = browser.new_page()

        def printer(number: int) -> None:
            page.goto((folder / f"{number}.html").as_uri())
            page.pdf(path=folder / f"{number}.chromium.pdf", prefer_css_page_size=True)

        yield printer
        browser.close()


def throughput(folder: Path, seconds: int) -> float:
    """Reports a minute: prints for about ``seconds`` once told to start."""
    from reports import pdf

    files = contents(folder)
    pdf.warm_up()
    pdf.render(files[0])
    say("ready")
    sys.stdin.readline()
    begun, prints = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        pdf.render(files[prints % len(files)])
        pdf.rest()
        prints += 1
    return prints / (time.perf_counter() - begun) * 60


def worker(folder: Path, prints: int) -> dict[int, Any]:
    """What a process holds after so many prints: now, and at most until then; in MiB."""
    from reports import pdf

    files = contents(folder)
    pdf.warm_up()
    held = {}
    for number in range(prints + 1):
        if number:
            pdf.render(files[number % len(files)])
            pdf.rest()
        if number in MEMORY_AT:
            held[number] = memory("VmRSS"), memory("VmHWM")
    return held


def length(folder: Path) -> dict[int, float]:
    """Seconds for a report by how often over its text stands: the least of several, taken in turns."""
    from reports import pdf

    files = {times: contents(folder, f"times-{times}-*") for times in (1, 10, 80)}
    pdf.warm_up()
    pdf.render(contents(folder)[0])
    least: dict[int, float] = {}
    for turn in range(max(map(len, files.values()))):
        for times, of_length in files.items():
            for file in of_length[turn : turn + 1]:
                begun = time.perf_counter()
                pdf.render(file)
                least[times] = min(least.get(times, math.inf), time.perf_counter() - begun)
    return least


def contents(folder: Path, name: str = "[0-9]*") -> list[Any]:
    """The folder's filings, read before any clock runs."""
    import django

    django.setup()
    from assessment.domain.exchange import ExchangeFile

    return [ExchangeFile.model_validate_json(path.read_text("utf-8")) for path in reports(folder, "json", name)]


def reports(folder: Path, kind: str, name: str = "[0-9]*") -> list[Path]:
    """Every report as a file of one kind, in their order."""
    return sorted(folder.glob(f"{name}.{kind}"), key=lambda path: int(path.stem.rpartition("-")[2]))


def memory(name: str, process: int | str = "self", file: str = "status") -> float:
    """A line of what the kernel says of a process, in MiB; nothing for one that has gone."""
    try:
        lines = Path(f"/proc/{process}/{file}").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), 0)


def shared_out(parent: int) -> float:
    """What all Chromium processes under ``parent`` hold, pages they share counted once; in MiB."""
    names, parents = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # a process may have ended meanwhile
            head, _, tail = path.read_text().rpartition(")")
            number = int(head.split()[0])
            names[number], parents[number] = head.partition("(")[2], int(tail.split()[1])
    family = {parent}
    while more := {child for child, above in parents.items() if above in family} - family:
        family |= more
    return sum(memory("Pss", child, "smaps_rollup") for child in family if names.get(child) == "chromium")


ENGINES = {"ours": ours, "naive": naive, "chromium": chromium}
ALONE: dict[str, Callable[..., object]] = {"throughput": throughput, "worker": worker, "length": length}

if __name__ == "__main__":
    main()
