"""How hypothesis tries out the domain: the same examples each time, and nothing kept in the project's folder."""

from pathlib import Path
from tempfile import gettempdir

from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

set_hypothesis_home_dir(Path(gettempdir()) / "jiping-hypothesis")


def steady(examples: int = 120) -> settings:
    """Settings for one test; slowness is the business of other tests."""
    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    return settings(derandomize=True, deadline=None, database=None, max_examples=examples, suppress_health_check=slow)
