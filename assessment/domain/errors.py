"""The one way the domain refuses: an exception whose Chinese text the person reads."""

from collections.abc import Mapping

from assessment.domain.text import nest_quotes


class DomainError(Exception):
    """A refusal. ``places`` maps a place such as ``figure:final_total`` to the message shown there."""

    def __init__(self, message: str, places: Mapping[str, str] | None = None) -> None:
        super().__init__(nest_quotes(message))
        self.places = {place: nest_quotes(text) for place, text in (places or {}).items()}


class StaleSave(DomainError):
    """Somebody saved this part in between."""

    def __init__(self) -> None:
        super().__init__("这一部分刚被他人保存过，您的修改尚未写入。两份内容已并列显示，请核对后再次保存。")
