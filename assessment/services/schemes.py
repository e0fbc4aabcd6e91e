"""Loading scheme files: a version once loaded never changes."""

import yaml
from django.db import transaction
from pydantic import ValidationError

from assessment.domain.errors import DomainError
from assessment.domain.exchange import faults, scheme_digest, scheme_text
from assessment.domain.scheme import Scheme
from assessment.models import SchemeVersion

MAX_BYTES = 1024 * 1024


class _Loader(yaml.BaseLoader):
    """Builds nothing but text, lists and maps: no float, no object, and no alias, since a few of them stand for millions of rows."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise DomainError("指标体系文件不能用 YAML 的引用（*），请逐项写出")
        return super().compose_node(parent, index)


def read_scheme(text: str) -> Scheme:
    """The scheme in a YAML text; raises ``DomainError`` with every fault and its place."""
    if len(text) > MAX_BYTES:
        raise DomainError("指标体系文件超过 1 MB")
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506  # BaseLoader is the safest of all
    except yaml.YAMLError as error:
        raise DomainError(f"文件不是有效的 YAML：{error}") from error
    except RecursionError as error:
        raise DomainError("文件嵌套过深") from error
    try:
        return Scheme.model_validate(data)
    except ValidationError as error:
        raise DomainError("指标体系文件有误：\n" + "\n".join(faults(error))) from error


@transaction.atomic
def load_scheme(scheme: Scheme) -> tuple[SchemeVersion, bool]:
    """Store a scheme version; the same content again changes nothing, other content under its version is refused."""
    digest = scheme_digest(scheme)
    stored, fresh = SchemeVersion.objects.get_or_create(
        code=scheme.code,
        version=scheme.version,
        defaults={"title": scheme.title, "kind": scheme.kind, "document": scheme_text(scheme), "digest": digest},
    )
    if stored.digest != digest:
        raise DomainError(f"“{scheme.title}”{scheme.version} 版已经载入过，内容不同；指标体系不能改动，请提高版本号")
    return stored, fresh
