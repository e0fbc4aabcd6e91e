"""What a content says differently from the unit's submission before it."""

from dataclasses import dataclass

from assessment.domain.differences import Difference, differences
from assessment.domain.exchange import AssessmentContent, FilingContent, content_digest
from assessment.domain.scheme import Scheme
from assessment.models import Filing, SchemeVersion, Snapshot


@dataclass(frozen=True)
class Changes:
    """``since`` is the submission compared with; None for the first one."""

    since: Snapshot | None
    found: tuple[Difference, ...] = ()


def changes_of(filing: Filing, content: FilingContent) -> Changes:
    """The content against the latest submission that is another one."""
    value = content_digest(content)
    before = filing.snapshots.filter(kind=Snapshot.Kind.FILING).exclude(digest=value).order_by("-number").first()
    if before is None:
        return Changes(None)
    digests = {item.scheme.digest for item in content.assessments}
    schemes = {version.digest: version.scheme for version in SchemeVersion.objects.filter(digest__in=digests)}

    def scheme_of(item: AssessmentContent) -> Scheme:
        return schemes[item.scheme.digest]

    return Changes(before, tuple(differences(FilingContent.model_validate_json(before.content), content, scheme_of)))
