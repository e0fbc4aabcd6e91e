"""Our printing beside naive WeasyPrint, LibreOffice and Chromium on the same reports, in the same minutes.

    benchmarks/setup
    .venv/bin/python benchmarks/print.py [--quick | --rounds N] [--long]

The engines take turns, report by report, so that what else the machine does hits all of them alike; ratios are taken within a
round, and every figure is the median over the rounds. Quote ratios, not seconds. ``--quick`` is two rounds instead of five;
``--long`` adds 500 prints in one process and a text of 80 times the length.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import count, pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
#: One for the first print of a process and ten more: no engine is asked for the same report twice while it is timed.
REPORTS = 11
STREAM_SECONDS = 25
#: How often over the text stands, and how many such reports are printed.
LENGTHS = {1: 5, 10: 3, 80: 1}
#: The Python that setup compiled the print engine for; the others run plain.
COMPILED = HERE / ".compiled" / "bin" / "python"
OURS = {"Jiping": sys.executable} | ({"Jiping, compiled": str(COMPILED)} if COMPILED.exists() else {})
NAIVE = "naive WeasyPrint"
NOTES = """
cold: the whole program for one file; ours: a fresh worker's first print, with its warming up.
warm: the median of ten other reports after it. Peak: resident memory at most (Chromium: all its processes, shared pages once).
Only ours is PDF/A-3a and PDF/UA-1 and carries its data; Chromium tags, the others do not.
"""

Found = dict[str, list[dict[str, float]]]


def main() -> None:
    """Make the reports, let the engines take turns, say what was found."""
    chosen = arguments()
    longest, prints = (80, 500) if chosen.long else (10, 50)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {"JIPING_EMBEDDED": "1", "DATA_DIR": str(folder / "data"), "DJANGO_SETTINGS_MODULE": "config.settings"}
        inherited = dict(os.environ)
        (folder / "cold").mkdir()
        make_reports(folder, longest)
        # Importing ours points fontconfig to our fonts; the others look where every program looks.
        os.environ.clear()
        os.environ |= inherited
        for make_profile in (office_cold, chromium_cold):  # once, as on a server
            make_profile(folder)
        found = take_turns(folder, chosen.rounds)
        say(table(folder, found) + NOTES)
        for name, python in OURS.items():
            speed, held = throughput(python, folder), measured(python, "worker", folder, prints)
            say(f"\n{name}:\n{others(speed, held, measured(python, 'length', folder))}")
            say(verdicts(name, found, speed, held))


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="Our printing beside others, on the same reports.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_const", const=2, dest="rounds")
    parser.add_argument("--long", action="store_true")
    return parser.parse_args()


def make_reports(folder: Path, longest: int) -> None:
    """Every report in the three forms that the engines take, and one with longer texts."""
    sys.path.insert(0, str(HERE.parent))
    import django

    django.setup()
    import content

    for number in range(REPORTS):
        file = content.filing(number)
        (folder / f"{number}.json").write_text(file.model_dump_json(), "utf-8")
        (folder / f"{number}.html").write_text(content.page(file), "utf-8")
        (folder / f"{number}.fodt").write_text(content.office_text(file), "utf-8")
    units = count(REPORTS)
    for times, reports in LENGTHS.items():
        for number in range(reports if times <= longest else 0):
            (folder / f"times-{times}-{number}.json").write_text(content.filing(next(units), times=times).model_dump_json(), "utf-8")


class Kept:
    """An engine in a process that is kept: it prints its next report when told to."""

    def __init__(self, *command: object) -> None:
        words = list(map(str, command))
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own
        self.heard()  # it is ready

    def heard(self) -> str:
        """The next line it says."""
        assert self.process.stdout
        return self.process.stdout.readline()

    def told(self) -> None:
        """Go on."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def print(self) -> float:
        """One report, in seconds by its own clock."""
        self.told()
        return float(self.heard())

    def end(self) -> float:
        """How much memory it took, in MiB."""
        return float(self.process.communicate()[0])


def take_turns(folder: Path, rounds: int) -> Found:
    """What each engine took in each round."""
    found: Found = {name: [] for name in commands(folder)}
    for number in range(rounds):
        sys.stderr.write(f"round {number + 1} of {rounds}\n")
        for name, result in one_round(folder).items():
            found[name].append(result)
    return found


def one_round(folder: Path) -> dict[str, dict[str, float]]:
    """Each engine in a process of its own, and one report each in turn."""
    cold = {"LibreOffice": office_cold(folder), "Chromium": chromium_cold(folder), NAIVE: naive_cold(folder)}
    kept = {name: Kept(*command) for name, command in commands(folder).items()}
    first = {name: engine.print() for name, engine in kept.items()}
    turns = [{name: engine.print() for name, engine in kept.items()} for _ in range(REPORTS - 1)]
    return {
        name: {"cold": cold.get(name, first[name]), "warm": statistics.median(turn[name] for turn in turns), "peak": engine.end()}
        for name, engine in kept.items()
    }


def commands(folder: Path) -> dict[str, tuple[object, ...]]:
    """How each engine is started; LibreOffice's module for Python belongs to Debian's own."""
    ours = {name: (python, HERE / "printers.py", "ours", folder) for name, python in OURS.items()}
    naive, chromium = ((sys.executable, HERE / "printers.py", engine, folder) for engine in ("naive", "chromium"))
    office = ("/usr/bin/python3", HERE / "office.py", folder, folder / "office")
    return {**ours, NAIVE: naive, "LibreOffice": office, "Chromium": chromium}


def measured(python: str, measure: str, folder: Path, *more: int) -> dict[str, Any]:
    """What printers.py measures of ours alone."""
    result: dict[str, Any] = json.loads(run(python, HERE / "printers.py", measure, folder, *more))
    return result


def office_cold(folder: Path) -> float:
    """The whole program for one document."""
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    return timed("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder / "cold", folder / "0.fodt")


def naive_cold(folder: Path) -> float:
    """The whole program for one page, as the manual's command line."""
    return timed(sys.executable, "-m", "weasyprint", folder / "0.html", folder / "cold" / "0.naive.pdf")


def chromium_cold(folder: Path) -> float:
    """The whole program for one page."""
    from printers import CHROMIUM, CHROMIUM_FLAGS

    output = (f"--user-data-dir={folder / 'chromium'}", "--no-pdf-header-footer", f"--print-to-pdf={folder / 'cold' / '0.pdf'}")
    return timed(CHROMIUM, "--headless", *CHROMIUM_FLAGS, *output, (folder / "0.html").as_uri())


def timed(*command: object) -> float:
    """How long a program runs from its start to its end."""
    begun = time.perf_counter()
    run(*command)
    return time.perf_counter() - begun


def run(*command: object) -> str:
    """What a program answers; what it complains of is shown only when it fails."""
    # Files, not pipes: a browser's helpers hold those open for a while after the browser itself has ended.
    with tempfile.TemporaryFile("w+") as answer, tempfile.TemporaryFile("w+") as complaints:
        done = subprocess.run(list(map(str, command)), stdout=answer, stderr=complaints)  # noqa: S603  # our own commands
        if done.returncode:
            complaints.seek(0)
            sys.stderr.write(complaints.read())
            done.check_returncode()
        answer.seek(0)
        return answer.read()


def throughput(python: str, folder: Path) -> float:
    """Reports a minute of two processes that print side by side."""
    pair = [Kept(python, HERE / "printers.py", "throughput", folder, STREAM_SECONDS) for _ in range(2)]
    for process in pair:
        process.told()
    return sum(float(process.heard()) for process in pair)


def table(folder: Path, found: Found) -> str:
    """Every engine with its figures and what its first report became."""
    lines = [
        "| engine | cold s | warm s | warm ÷ naive cold | warm ÷ naive warm | peak MiB | pages | bytes |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for (name, rounds), file in zip(found.items(), (*("ours" for _ in OURS), "naive", "office", "chromium"), strict=True):
        cold, warm, peak = (statistics.median(item[key] for item in rounds) for key in ("cold", "warm", "peak"))
        ratios = f"{ratio(rounds, found, 'cold'):.2f} | {ratio(rounds, found, 'warm'):.2f}"
        path = folder / f"0.{file}.pdf"
        lines.append(f"| {name} | {cold:.2f} | {warm:.2f} | {ratios} | {peak:.0f} | {pages(path)} | {path.stat().st_size:,} |")
    return "\n".join(lines)


def ratio(rounds: list[dict[str, float]], found: Found, base: str) -> float:
    """An engine's warm print to the naive one of the same round."""
    return statistics.median(item["warm"] / naive[base] for item, naive in zip(rounds, found[NAIVE], strict=True))


def pages(path: Path) -> str:
    """How many pages a PDF has."""
    return run("pdfinfo", path).partition("Pages:")[2].split()[0]


def others(speed: float, held: dict[str, list[float]], seconds: dict[str, float]) -> str:
    """What is measured of ours alone: throughput, memory, and whether time goes with length."""
    lines = [f"- two processes side by side: {speed:.0f} reports a minute"]
    lines += [f"- after {prints} prints a process holds {now:.0f} MiB, {peak:.0f} at most" for prints, (now, peak) in held.items()]
    for (fewer, short), (more, long) in pairwise(seconds.items()):
        further = (long - short) / (int(more) - int(fewer))
        lines.append(
            f"- the text {more} times over takes {long / seconds['1']:.1f} times as long: {further:.2f} s for each time beyond {fewer}"
        )
    return "\n".join(lines)


def verdicts(name: str, found: Found, speed: float, held: dict[str, list[float]]) -> str:
    """Each goal with its figure."""
    prints, (now, peak) = list(held.items())[-1]
    first = statistics.median(item["cold"] for item in found[name])
    goals = [
        (
            "a warm report at most 0.40 of the naive cold one",
            f"{ratio(found[name], found, 'cold'):.2f}",
            ratio(found[name], found, "cold") <= 0.40,
        ),
        (
            "a warm report at most 0.62 of the naive warm one",
            f"{ratio(found[name], found, 'warm'):.2f}",
            ratio(found[name], found, "warm") <= 0.62,
        ),
        ("at least 170 reports a minute", f"{speed:.0f}", speed >= 170),
        ("the first print of a process within 1.5 s", f"{first:.2f} s", first <= 1.5),
        ("at most 200 MiB after 500 prints", f"{now:.0f} MiB after {prints}; in the middle of one {peak:.0f}", now <= 200),
    ]
    return "\n".join(f"- {'met' if met else 'NOT met'}: {goal} ({figure})" for goal, figure, met in goals)


def say(text: str) -> None:
    """Text at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
