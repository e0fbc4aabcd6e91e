"""What many tests ask: every stored row, the words of a refusal, and two people at the same instant."""

import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction

from assessment.domain.errors import DomainError

PATIENCE = 10
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def stored() -> dict[str, list[dict[str, Any]]]:
    """Every row of our own tables, to compare before and after."""
    own = [model for name in ("units", "assessment", "reports") for model in apps.get_app_config(name).get_models()]
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in own}


def refusal_of(act: Callable[[], Any]) -> tuple[str, dict[str, str]]:
    """What the domain says against ``act``, with its places; nothing stored may have changed."""
    before = stored()
    with pytest.raises(DomainError) as refusal:
        act()
    assert stored() == before
    return str(refusal.value), refusal.value.places


def at_once(contested: models.QuerySet, *acts: Callable[[], Any]) -> list[Any]:
    """Hold the contested rows until every act waits for one of them (or is through without asking), then let go.

    Each act has a thread and a connection of its own, and joins the queue after the one before it. Returns what each
    returned or raised, in their order.
    """
    answers: list[Any] = [None] * len(acts)

    def run(place: int) -> None:
        try:
            answers[place] = acts[place]()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(len(acts))]
    with transaction.atomic():
        assert list(contested.select_for_update())
        for thread in threads:
            thread.start()
            deadline = time.monotonic() + PATIENCE
            while _waiting() < sum(started.is_alive() for started in threads) and time.monotonic() < deadline:
                time.sleep(0.01)
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    return answers


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])
