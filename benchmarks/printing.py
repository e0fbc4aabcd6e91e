"""How long one report prints: the first in a process, and those after it, as a ratio.

    JIPING_EMBEDDED=1 .venv/bin/python benchmarks/printing.py FILE.json [RUNS]

``FILE.json`` is an exchange file (``manage.py export_filing``). Quote the ratio and the median, not a single run.
"""

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def main() -> None:
    """Print the file ``RUNS`` times (8 if not given) and say how long each took."""
    import django

    django.setup()
    from assessment.domain.exchange import read
    from reports import pdf

    file = read(Path(sys.argv[1]).read_bytes())
    seconds, bytes_of = [], set()
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 8):
        begun = time.perf_counter()
        bytes_of.add(pdf.render(file))
        seconds.append(time.perf_counter() - begun)
    warm = statistics.median(seconds[1:])
    sys.stdout.write(f"first {seconds[0]:.2f} s, then {warm:.2f} s at the median of {len(seconds) - 1}\n")
    sys.stdout.write(f"first / then {seconds[0] / warm:.2f}\n")
    sys.stdout.write(f"{len(bytes_of)} distinct result(s), {len(next(iter(bytes_of)))} bytes\n")


if __name__ == "__main__":
    main()
