"""Prints that several files read."""

from pathlib import Path

import pytest

from reports import pdf
from tests.reports import samples


def kept(factory: pytest.TempPathFactory, name: str, data: bytes) -> Path:
    path = factory.mktemp(name) / f"{name}.pdf"
    path.write_bytes(data)
    return path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo department's report as it is published without the review."""
    return kept(tmp_path_factory, "demo", pdf.render(samples.demo_file()))


@pytest.fixture(scope="session")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long name, long reasons, markup, evidence, and a review."""
    file = samples.hard_file()
    return kept(tmp_path_factory, "hard", pdf.render(file, review=samples.review_of(file)))


@pytest.fixture(scope="session")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing filled, as a preview on the first day."""
    return kept(tmp_path_factory, "draft", pdf.render(samples.empty_file(), mark=pdf.PREVIEW))


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo department with forty projects."""
    return kept(tmp_path_factory, "projects", pdf.render(samples.projects_file(40)))
