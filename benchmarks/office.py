"""LibreOffice kept running: converts a folder's documents over its socket when told to. For Debian's own Python.

/usr/bin/python3 benchmarks/office.py FOLDER PROFILE
"""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]  # comes with LibreOffice, not with pip
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]

PROGRAM = "/usr/lib/libreoffice/program/soffice.bin"
PATIENCE = 30


def main() -> None:
    """The next document for each line that comes in, answered with its seconds; at the end the most memory it held, in MiB."""
    folder, profile = map(Path, sys.argv[1:])
    pipe = f"pipe,name=jiping{profile.stat().st_ino};urp"
    office = subprocess.Popen(  # noqa: S603  # a fixed program and our own paths
        [PROGRAM, f"-env:UserInstallation={profile.as_uri()}", "--headless", f"--accept={pipe}"], stderr=subprocess.DEVNULL
    )
    try:
        desktop = connected(f"uno:{pipe};StarOffice.ComponentContext")
        say("ready")
        for number, _ in enumerate(sys.stdin):
            say(f"{convert(desktop, folder / f'{number}.fodt')}")
        peak = Path(f"/proc/{office.pid}/status").read_text().partition("VmHWM:")[2].split()[0]
        say(f"{int(peak) / 1024}")
    finally:
        office.kill()
        office.wait()


def say(text: str) -> None:
    """A line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def connected(address: str) -> Any:
    """Its desktop, as soon as it answers."""
    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
    begun = time.monotonic()
    while True:
        try:
            there = resolver.resolve(address)
            return there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)
        except NoConnectException:
            if time.monotonic() - begun > PATIENCE:
                raise
            time.sleep(0.05)


def convert(desktop: Any, document: Path) -> float:
    """Load, write the PDF beside it, close; in seconds."""
    begun = time.perf_counter()
    opened = desktop.loadComponentFromURL(document.as_uri(), "_blank", 0, (said("Hidden", True),))
    opened.storeToURL(document.with_suffix(".office.pdf").as_uri(), (said("FilterName", "writer_pdf_Export"),))
    opened.close(True)
    return time.perf_counter() - begun


def said(name: str, value: object) -> Any:
    """One named argument."""
    return PropertyValue(Name=name, Value=value)


if __name__ == "__main__":
    main()
