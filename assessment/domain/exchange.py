"""The snapshot (定稿) as data: what is signed, printed, exported, imported and opened to the public. One format."""

import json
from datetime import date
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator
from pydantic import Field as Column

from assessment.domain.canonical import ALGORITHM, canonical_json, digest
from assessment.domain.errors import DomainError
from assessment.domain.scheme import Scheme

FORMAT = "jiping-filing"
FORMAT_VERSION = 1
MAX_BYTES = 5 * 1024 * 1024

DecimalText = Annotated[str, StringConstraints(pattern=r"^(0|-?[1-9][0-9]{0,11}|-?(0|[1-9][0-9]{0,11})\.[0-9]{0,29}[1-9])$")]
Unrounded = Annotated[str, StringConstraints(pattern=r"^(0|-?[1-9][0-9]{0,59}|-?(0|[1-9][0-9]{0,59})\.[0-9]{0,59}[1-9])$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Line = Annotated[str, StringConstraints(max_length=400)]


class Plain(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class UnitContent(Plain):
    """预算单位 and its department (主管部门)."""

    code: Line
    name: Line
    department: Line


class RoundContent(Plain):
    """评价年度 and the notice that opened it."""

    fiscal_year: int = Column(ge=2000, le=2100)
    title: Line
    notice_number: Line
    notice_title: Line


class SchemeReference(Plain):
    """Which scheme version scored this; ``digest`` is over the canonical JSON of the scheme."""

    code: Code
    version: Line
    title: Line
    digest: Sha256


class DerivedContent(Plain):
    """A derived value: ``value`` unrounded (percentages as fractions) or None with the reason; ``text`` as printed."""

    value: Unrounded | None
    text: Line
    reason: Line = ""


class ScoreContent(Plain):
    """One scored row; points are decimal texts with at most two places."""

    code: Code
    choices: tuple[Code, ...]
    auto_points: DecimalText | None
    explain: Line
    not_applicable: bool
    self_points: DecimalText | None
    reason: Annotated[str, StringConstraints(max_length=1000)]


class NarrativeContent(Plain):
    """One outline section: ``text`` as typed with its tokens, ``printed`` with the figures in their place."""

    code: Code
    text: str
    printed: str


class EvidenceContent(Plain):
    """A file by name and digest; the bytes travel beside the exchange file."""

    name: Line
    sha256: Sha256
    size: int = Column(ge=0)
    media_type: Line
    indicators: tuple[Code, ...]
    public: bool


class AssessmentContent(Plain):
    """整体 or 项目支出 自评: data table, score table, report, evidence."""

    kind: Literal["whole", "project"]
    name: Line
    scheme: SchemeReference
    figures: dict[Code, DecimalText]
    derived: dict[Code, DerivedContent]
    scores: tuple[ScoreContent, ...]
    self_total: DecimalText
    grade: Line
    narrative: tuple[NarrativeContent, ...]
    explanations: dict[Code, Annotated[str, StringConstraints(max_length=1000)]]
    evidence: tuple[EvidenceContent, ...]


class FilingContent(Plain):
    """自评材料: everything that is signed. ``filled_on`` is the date on the cover (填报日期)."""

    unit: UnitContent
    round: RoundContent
    filled_on: date | None
    assessments: tuple[AssessmentContent, ...] = Column(min_length=1)


class DigestContent(Plain):
    """The digest of the canonical JSON of ``content``."""

    algorithm: Literal["sha256"]
    value: Sha256


class ExchangeFile(Plain):
    """A file that stands alone: content, its digest, and the schemes it names."""

    format: Literal["jiping-filing"]
    format_version: Literal[1]
    digest: DigestContent
    content: FilingContent
    schemes: tuple[Scheme, ...] = Column(min_length=1)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if content_digest(self.content) != self.digest.value:
            raise ValueError("摘要值与内容不符：文件在导出后被改动过，或没有完整传送")
        known = {scheme_digest(scheme) for scheme in self.schemes}
        for assessment in self.content.assessments:
            if assessment.scheme.digest not in known:
                raise ValueError(f"文件中没有指标体系“{assessment.scheme.title}”{assessment.scheme.version} 版，或其内容被改动过")
        return self

    def scheme_of(self, assessment: AssessmentContent) -> Scheme:
        """The scheme that this assessment names by digest."""
        return next(scheme for scheme in self.schemes if scheme_digest(scheme) == assessment.scheme.digest)


def content_text(content: FilingContent) -> str:
    """The canonical JSON that is stored, hashed and exported."""
    return canonical_json(content.model_dump(mode="json"))


def content_digest(content: FilingContent) -> str:
    """The digest of a filing's content."""
    return digest(content_text(content))


def scheme_text(scheme: Scheme) -> str:
    """The canonical JSON of a scheme."""
    return canonical_json(scheme.model_dump(mode="json"))


def scheme_digest(scheme: Scheme) -> str:
    """The digest of a scheme."""
    return digest(scheme_text(scheme))


def pack(content: FilingContent, schemes: list[Scheme]) -> ExchangeFile:
    """The exchange file of a content."""
    return ExchangeFile(
        format=FORMAT,
        format_version=FORMAT_VERSION,
        digest=DigestContent(algorithm=ALGORITHM, value=content_digest(content)),
        content=content,
        schemes=tuple(schemes),
    )


def write(file: ExchangeFile) -> str:
    """The exchange file as text: indented for people, the same bytes each time."""
    return json.dumps(file.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _refuse_number(text: str) -> NoReturn:
    """The format has no number with a point or an exponent; building one of a billion digits would never end."""
    raise DomainError(f'交换文件有误：\n数值 {text[:20]} 应写成文字，如 "58796.51"')


def read(raw: bytes) -> ExchangeFile:
    """An exchange file from outside; raises ``DomainError`` with every fault and its place."""
    if len(raw) > MAX_BYTES:
        raise DomainError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，不是自评材料交换文件")
    try:
        data = json.loads(raw.decode("utf-8"), parse_float=_refuse_number)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DomainError("文件不是 UTF-8 编码的 JSON，无法读取") from error
    try:
        file = ExchangeFile.model_validate(data)
    except ValidationError as error:
        raise DomainError("交换文件有误：\n" + "\n".join(faults(error))) from error
    if canonical_json(data["content"]) != content_text(file.content):
        raise DomainError("交换文件的写法不规范（缺少可为空的项目、数字写成文字或日期带有时间），按本格式算出的摘要值与文件不同")
    return file


MESSAGES = {
    "extra_forbidden": "未知的项目，本格式中没有",
    "missing": "缺少这一项",
    "literal_error": "取值不在允许的范围内",
    "string_pattern_mismatch": "格式不对",
    "string_too_long": "文字过长",
    "string_type": '应为文字（数值也写成文字，如 "58796.51"）',
    "union_tag_invalid": "没有这种评分规则",
    "too_short": "至少要有一项",
    "string_too_short": "不能为空",
    "decimal_parsing": "应为数字",
    "decimal_max_places": "小数位数过多",
    "decimal_max_digits": "数值过大",
    "decimal_whole_digits": "数值过大",
    "greater_than": "数值过小",
    "greater_than_equal": "数值过小",
    "less_than_equal": "数值过大",
}


def faults(error: ValidationError) -> list[str]:
    """Every fault of a file with its place, in Chinese."""
    items = error.errors(include_url=False)
    lines = []
    for item in items:
        if item["type"] == "too_short" and any(item["loc"] == other["loc"][: len(item["loc"])] for other in items if other is not item):
            continue  # pydantic counts only the items without a fault, and those with one are named already
        place = ".".join(str(step) for step in item["loc"]) or "文件"
        reason = item.get("ctx", {}).get("error") if item["type"] == "value_error" else None
        lines.append(f"{place}：{reason or MESSAGES.get(item['type'], '取值不对')}")
    return lines


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an exchange file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **ExchangeFile.model_json_schema()}


class ReviewScore(Plain):
    """The office's points of one row and, where they differ from the unit's, why."""

    code: Code
    review_points: DecimalText
    reason: Annotated[str, StringConstraints(max_length=1000)]


class ReviewContent(Plain):
    """The review as frozen at approval; ``filing_digest`` names the signed content it judges."""

    filing_digest: Sha256
    scores: tuple[ReviewScore, ...]
    total: DecimalText
    grade: Line
    comment: Annotated[str, StringConstraints(max_length=1000)]
