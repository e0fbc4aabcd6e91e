"""Fixtures for every test: throw-away files, quick hashing, and people and filings from ``factories``."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _own_files(settings: LazySettings, tmp_path: Path) -> None:
    """Every test writes its files into a folder of its own, has a mail server, and goes over the address a plain test client uses."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # the manifest is made by collectstatic
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    settings.SENDS_MAIL = True
    settings.SECURE_SSL_REDIRECT = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
