"""The snapshot (定稿) as data: what is signed, printed, exported, imported and opened to the public. One format."""

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator
from pydantic import Field as Column

from assessment.domain.canonical import ALGORITHM, canonical_json, digest
from assessment.domain.errors import DomainError
from assessment.domain.own_rows import OwnRow, complete
from assessment.domain.scheme import Scheme
from assessment.domain.structure import place_in_words, structure_faults

FORMAT = "jiping-filing"
FORMAT_VERSION = 1
MAX_BYTES = 12 * 1024 * 1024
#: The whole and a hundred projects: what one print holds within its time and memory.
MOST_ASSESSMENTS = 101

DecimalText = Annotated[str, StringConstraints(pattern=r"^(0|-?[1-9][0-9]{0,11}|-?(0|[1-9][0-9]{0,11})\.[0-9]{0,29}[1-9])$")]
Unrounded = Annotated[str, StringConstraints(pattern=r"^(0|-?[1-9][0-9]{0,59}|-?(0|[1-9][0-9]{0,59})\.[0-9]{0,59}[1-9])$")]
#: What a unit's own row measures: as many digits as a rule's ``Number`` takes.
MeasuredText = Annotated[str, StringConstraints(pattern=r"^(0|-?[1-9][0-9]{0,11}|-?(0|[1-9][0-9]{0,11})\.[0-9]{0,9}[1-9])$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
#: Which finding a reason or a waiver is for: its check, and what tells it from others of the same check.
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}(\.[a-z][a-z0-9_]{0,47}){0,2}$")]
Line = Annotated[str, StringConstraints(max_length=400)]
#: What the engine says: as long as the scheme's own words make it.
Told = str


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
    reason: Told = ""


class OwnRowContent(Plain):
    """A row that the unit set itself (自设指标) under ``group``; ``aim`` in words where there is no figure."""

    code: Annotated[str, StringConstraints(pattern=r"^own_[1-9][0-9]{0,5}$")]
    group: Code
    kind: Line
    label: Line
    points: DecimalText
    direction: Literal["at_least", "at_most", "equals"]
    target: MeasuredText | None
    actual: MeasuredText | None
    unit: Line
    aim: Line

    def row(self) -> OwnRow:
        """The row as the engine takes it."""
        target, actual = (None if text is None else Decimal(text) for text in (self.target, self.actual))
        texts = self.model_dump(exclude={"points", "target", "actual"})
        return OwnRow(points=Decimal(self.points), target=target, actual=actual, **texts)


class InputContent(Plain):
    """A figure that a score rests on, as read."""

    label: Line
    text: Line


class ScoreContent(Plain):
    """One scored row; points are decimal texts with at most two places.

    ``inputs``, ``steps`` and ``best`` (what would give full marks) explain the computed points; ``removed`` rows do not count.
    """

    code: Code
    choices: tuple[Code, ...]
    auto_points: DecimalText | None
    explain: Told
    inputs: tuple[InputContent, ...]
    steps: tuple[Told, ...]
    best: Told
    not_applicable: bool
    removed: bool
    self_points: DecimalText | None
    reason: Annotated[str, StringConstraints(max_length=1000)]


class WaiverContent(Plain):
    """A waiver (豁免) of one finding by the finance office, in force until ``expires_on``; ``comparison`` is what it let pass."""

    reason: Annotated[str, StringConstraints(max_length=1000)]
    expires_on: date
    comparison: Told


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


class ProjectContent(Plain):
    """What the list of projects says of one: ``amount`` is its budget in 万元, ``key`` why it is a key project (重点项目)."""

    code: Line
    amount: DecimalText | None
    major_policy: bool
    livelihood: bool
    key: tuple[Line, ...]


class AssessmentContent(Plain):
    """整体 or 项目支出 自评: data table, score table, report, evidence; ``project`` is for a project and for it alone.

    ``last_year`` is what the unit signed the year before. ``self_total`` is unrounded; ``total_steps`` say what changed the
    sum of the rows.
    """

    kind: Literal["whole", "project"]
    name: Line
    project: ProjectContent | None
    scheme: SchemeReference
    figures: dict[Code, DecimalText]
    last_year: dict[Code, DecimalText]
    derived: dict[Code, DerivedContent]
    own_rows: tuple[OwnRowContent, ...]
    scores: tuple[ScoreContent, ...]
    self_total: Unrounded
    total_steps: tuple[Told, ...]
    grade: Line
    narrative: tuple[NarrativeContent, ...]
    explanations: dict[Key, Annotated[str, StringConstraints(max_length=1000)]]
    waivers: dict[Key, WaiverContent]
    evidence: tuple[EvidenceContent, ...]

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        if (self.kind == "project") != (self.project is not None):
            raise ValueError("项目信息只属于项目支出自评，项目支出自评必须有")
        return self


class FilingContent(Plain):
    """自评材料: everything that is signed. ``filled_on`` is the date on the cover (填报日期)."""

    unit: UnitContent
    round: RoundContent
    filled_on: date | None
    assessments: tuple[AssessmentContent, ...] = Column(min_length=1, max_length=MOST_ASSESSMENTS)


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
        """The scheme that this assessment names by digest, completed with the unit's own rows."""
        found = next(scheme for scheme in self.schemes if scheme_digest(scheme) == assessment.scheme.digest)
        return complete(found, [item.row() for item in assessment.own_rows])


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


def faults(error: ValidationError) -> list[str]:
    """Every fault of a file with its place, in Chinese."""
    return [f"{place_in_words(fault.place)}：{fault.message}" for fault in structure_faults(error)]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an exchange file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **ExchangeFile.model_json_schema()}


class ReviewScore(Plain):
    """The office's points of one row and, where they differ from the unit's, why; none where the row does not count."""

    code: Code
    review_points: DecimalText | None
    reason: Annotated[str, StringConstraints(max_length=1000)]


class ReviewedAssessment(Plain):
    """The office's points of one assessment."""

    name: Line
    scores: tuple[ReviewScore, ...]
    total: Unrounded
    total_steps: tuple[Told, ...]
    grade: Line


class ReviewContent(Plain):
    """The review as frozen at approval, by assessment in the content's order; ``filing_digest`` names the signed content it judges."""

    filing_digest: Sha256
    assessments: tuple[ReviewedAssessment, ...] = Column(min_length=1)
    comment: Annotated[str, StringConstraints(max_length=1000)]
