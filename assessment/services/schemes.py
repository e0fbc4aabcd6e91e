"""Reading, storing and starting to use scheme files: a version once stored never changes."""

from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from assessment import permissions
from assessment.domain.errors import DomainError
from assessment.domain.exchange import scheme_digest, scheme_text
from assessment.domain.lint import STRUCTURE_ONLY, meaning_faults
from assessment.domain.places import Fault, Place
from assessment.domain.scheme import Scheme
from assessment.domain.structure import place_in_words, structure_faults
from assessment.models import SchemeVersion
from units.models import User

MAX_BYTES = 1024 * 1024
MAX_TOLD = 100


class _Loader(yaml.BaseLoader):
    """Builds nothing but text, lists and maps: no float, no object, and no alias, since a few of them stand for millions of rows."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise DomainError("指标体系文件不能用 YAML 的引用（*），请逐项写出")
        return super().compose_node(parent, index)

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """YAML lets the last of two equal keys win: what was read over would not be what is loaded."""
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise DomainError(f"第 {key.start_mark.line + 1} 行：“{key.value}”写了两遍")
            seen.add(str(key.value))
        return node


def read_scheme(text: str) -> Scheme:
    """The scheme in a YAML text; raises ``DomainError`` with every fault, its line and its place."""
    if len(text) > MAX_BYTES:
        raise DomainError("指标体系文件超过 1 MB")
    try:
        loader = _Loader(text)
        tree = loader.get_single_node()
        data = None if tree is None else loader.construct_document(tree)
        faults = scheme_faults(data)
        if not faults:
            return Scheme.model_validate(data)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第 {mark.line + 1} 行附近" if mark else "文件"
        raise DomainError(f"{where}不是有效的 YAML：请检查缩进、冒号后的空格和引号") from error
    except RecursionError as error:
        raise DomainError("文件嵌套过深") from error
    told = dict.fromkeys(sorted((_line(tree, fault.place), place_in_words(fault.place), fault.message) for fault in faults))
    lines = [f"第 {line} 行　{place}：{message}" for line, place, message in told]
    more = [f"另有 {len(lines) - MAX_TOLD} 处，改正以上各处后再检查"] if len(lines) > MAX_TOLD else []
    raise DomainError("\n".join([f"指标体系文件有 {len(told)} 处错误：", *lines[:MAX_TOLD], *more]))


def scheme_faults(data: Any) -> list[Fault]:
    """Every fault of a file at once, in structure and in meaning."""
    try:
        Scheme.model_validate(data, context=STRUCTURE_ONLY)
        structural = []
    except ValidationError as error:
        structural = structure_faults(error)
    return [*structural, *meaning_faults(data)]


def _line(node: yaml.Node | None, place: Place) -> int:
    """The line, from 1, of the deepest thing on the way to ``place`` that stands in the file."""
    line = 1
    for step in place:
        node, line = _step(node, step, line)
    return line


def _step(node: yaml.Node | None, step: str | int, line: int) -> tuple[yaml.Node | None, int]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line + 1
    return None, line


@transaction.atomic
def load_scheme(scheme: Scheme, *, active: bool = True) -> tuple[SchemeVersion, bool]:
    """Store a scheme version; the same content again changes nothing, other content under its version is refused.

    A version that is not ``active`` can be compared and tried out, and no round may pick it yet.
    """
    digest = scheme_digest(scheme)
    stored, fresh = SchemeVersion.objects.get_or_create(
        code=scheme.code,
        version=scheme.version,
        defaults={
            "title": scheme.title,
            "kind": scheme.kind,
            "document": scheme_text(scheme),
            "digest": digest,
            "activated_at": timezone.now() if active else None,
        },
    )
    if stored.digest != digest:
        raise DomainError(f"“{scheme.title}”{scheme.version} 版已经载入过，内容不同；指标体系不能改动，请提高版本号")
    return stored, fresh


def import_scheme(scheme: Scheme, *, by: User) -> tuple[SchemeVersion, bool]:
    """Store a version handed in by an administrator, not yet for rounds to pick."""
    _check_administers(by)
    return load_scheme(scheme, active=False)


def _check_administers(user: User) -> None:
    if not permissions.administers(user):
        raise DomainError("指标体系由系统管理员维护")


@transaction.atomic
def activate(version_id: int, *, by: User) -> SchemeVersion:
    """Let rounds pick a version; doing it twice changes nothing."""
    _check_administers(by)
    stored = SchemeVersion.objects.select_for_update().get(pk=version_id)
    if stored.activated_at is None:
        stored.activated_at, stored.activated_by = timezone.now(), by
        stored.save(update_fields=["activated_at", "activated_by"])
    return stored
