"""Threads on the cells and sections of a filing: the office drafts and settles, a return sends, the unit answers."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from assessment.domain.errors import DomainError
from assessment.domain.own_rows import complete
from assessment.domain.text import unprintable
from assessment.domain.workflow import Act
from assessment.models import Assessment, Filing, Message, Part, Thread
from assessment.services import contents, turns
from units.models import User

#: An assessment's number and a place in it.
Spot = tuple[int, str]
MAX_TEXT = 1000
MAX_MESSAGES = 50


@dataclass(frozen=True)
class Cell:
    """Something that can be written to: the part it stands in, and what people call it."""

    kind: Part.Kind
    label: str


@dataclass(frozen=True)
class PartComment:
    """Why one part is returned as a whole."""

    part_id: int
    text: str


def cells_of(assessment: Assessment) -> dict[str, Cell]:
    """Every place of an assessment that a thread can be opened on, in the order of its pages."""
    own = [row.row() for row in assessment.own_rows.all()]
    scheme = complete(assessment.scheme.scheme, own)
    cells = {f"figure:{code}": Cell(Part.Kind.FIGURES, field.label) for code, field in scheme.fields.items()}
    cells |= {f"own:{row.code}": Cell(Part.Kind.OWN_ROWS, row.label) for row in own}
    cells |= {f"score:{code}": Cell(Part.Kind.SCORES, row.label) for code, row in scheme.scored.items()}
    texts = (section for section in scheme.sections if section.text)
    cells |= {f"section:{section.code}": Cell(Part.Kind.NARRATIVE, section.heading or "开头段") for section in texts}
    return cells | {f"evidence:{item.pk}": Cell(Part.Kind.EVIDENCE, item.name) for item in assessment.evidence.all()}


def text_fault(text: str) -> str:
    """Why a text cannot stand in a thread; empty when it can."""
    if len(text) > MAX_TEXT:
        return f"超过 {MAX_TEXT} 字，请精简"
    if found := unprintable(text):
        return f"有无法打印的字符：{'、'.join(found[:5])}"
    return ""


def store_drafts(filing: Filing, drafts: Mapping[Spot, str], *, by: User) -> bool:
    """Keep what ``by`` writes to each place until the return, one text a place; an empty one takes it back. The filing is locked."""
    assessments = {item.pk: item for item in contents.assessments_of(filing)}
    cells = {pk: cells_of(assessments[pk]) for pk in {pk for pk, _ in drafts} & assessments.keys()}
    if any(place not in cells.get(pk, {}) for pk, place in drafts):
        raise DomainError("这一处不属于本材料")
    texts = {spot: text.strip() for spot, text in drafts.items()}
    if faults := {f"note:{place}": fault for (_, place), text in texts.items() if (fault := text_fault(text))}:
        raise DomainError("有退回意见不合要求，未保存", faults)
    threads = _standing(filing)
    changed = [_store_draft(filing, assessments[pk], place, text, threads, by=by) for (pk, place), text in texts.items()]
    return any(changed)


def _standing(filing: Filing) -> dict[Spot, Thread]:
    """The threads that are not settled, by where they stand."""
    found = filing.threads.unsettled().exclude(part=None).select_related("part").prefetch_related("messages")
    return {(thread.part.assessment_id, thread.place or f"part:{thread.part.kind}"): thread for thread in found if thread.part}


def _store_draft(filing: Filing, assessment: Assessment, place: str, text: str, threads: dict[Spot, Thread], *, by: User) -> bool:
    thread = threads.get((assessment.pk, place))
    mine = next((message for message in thread.drafts if message.author_id == by.pk), None) if thread else None
    if text == (mine.text if mine else ""):
        return False
    if mine and thread and not text:
        mine.delete()
        if len(thread.drafts) == 1 and not thread.said:
            thread.delete()
        return True
    mine = mine or Message(thread=thread or _opened(filing, assessment, place), author=by)
    mine.text = text
    mine.save()
    return True


def _opened(filing: Filing, assessment: Assessment, place: str) -> Thread:
    cell = cells_of(assessment)[place]
    part = next(part for part in assessment.parts.all() if part.kind == cell.kind)
    return Thread.objects.create(filing=filing, part=part, place=place, label=f"{_name(assessment, part)} · {cell.label}"[:600])


def _name(assessment: Assessment, part: Part) -> str:
    return f"{assessment.name}：{part}" if assessment.kind == "project" else str(part)


def send(filing: Filing, comments: Iterable[PartComment], *, by: User) -> tuple[list[Thread], list[tuple[str, str]]]:
    """Open every thread with a draft, and one for each part with a comment, to the unit. The filing is locked.

    Gives these threads, and what was said: the name of the place with each text.
    """
    parts = {part.pk: part for part in Part.objects.filter(assessment__filing=filing).select_related("assessment")}
    given = [comment for comment in comments if comment.text.strip()]
    if any(comment.part_id not in parts for comment in given):
        raise DomainError("退回的部分不属于本材料")
    standing = _standing(filing)
    for comment in given:
        if fault := text_fault(comment.text.strip()):
            raise DomainError(f"“{parts[comment.part_id].place}”的退回原因{fault}", {f"comment:{comment.part_id}": fault})
        part = parts[comment.part_id]
        thread = standing.get((part.assessment_id, f"part:{part.kind}"))
        thread = thread or Thread.objects.create(filing=filing, part=part, label=part.place)
        Message.objects.create(thread=thread, text=comment.text.strip(), author=by)
    sent = list(filing.threads.filter(messages__sent_at=None).distinct().select_related("part__assessment"))
    drafts = Message.objects.filter(thread__filing=filing, sent_at=None)
    said = list(drafts.order_by("pk").values_list("thread__label", "text"))
    drafts.update(sent_at=timezone.now())
    filing.threads.filter(pk__in=[thread.pk for thread in sent]).update(state=Thread.State.OPEN)
    return sent, said


@transaction.atomic
def answer(thread_id: int, *, by: User, text: str) -> Thread:
    """The unit's answer to what it was returned; the same text again is no second one."""
    filing = turns.take(Thread.objects.values_list("filing_id", flat=True).get(pk=thread_id), Act.ANSWER, by=by)
    thread = Thread.objects.select_for_update(of=("self",)).prefetch_related("messages").get(pk=thread_id)
    if thread.state not in (Thread.State.OPEN, Thread.State.ANSWERED):
        raise DomainError("这一条意见不需要答复")
    text = text.strip()
    if not text:
        raise DomainError("请写明如何处理，例如“已更正”", {"text": "请写明如何处理，例如“已更正”"})
    if fault := text_fault(text):
        raise DomainError(f"答复{fault}", {"text": fault})
    last = thread.said[-1]
    if (last.by_unit, last.text, last.author_id) == (True, text, by.pk):
        return thread
    if len(thread.said) >= MAX_MESSAGES:
        raise DomainError(f"这一条意见已有 {MAX_MESSAGES} 条往来，不能再答复")
    Message.objects.create(thread=thread, text=text, author=by, by_unit=True, sent_at=timezone.now())
    thread.state = Thread.State.ANSWERED
    thread.save(update_fields=["state"])
    turns.record(filing, Act.ANSWER, by=by, detail={"thread": thread.label, "said": text})
    return thread


def settle(filing: Filing, thread_ids: Collection[int], *, by: User) -> list[str]:
    """The office is done with these answered threads; returns what they are called. One that is settled stays so. The filing is locked."""
    wanted = list(filing.threads.filter(pk__in=thread_ids).prefetch_related("messages"))
    if len(wanted) != len(set(thread_ids)):
        raise DomainError("这一条意见不属于本材料")
    done = [thread for thread in wanted if thread.state != Thread.State.SETTLED]
    if waiting := [thread for thread in done if thread.state != Thread.State.ANSWERED or thread.drafts]:
        places = {f"settle:{thread.pk}": "还没有答复，或又写了新的意见，不能办结" for thread in waiting}
        raise DomainError(f"“{waiting[0].label}”还没有答复，或又写了新的意见，不能办结", places)
    filing.threads.filter(pk__in=[thread.pk for thread in done]).update(
        state=Thread.State.SETTLED, settled_by=by, settled_at=timezone.now()
    )
    return [thread.label for thread in done]


def refuse_unanswered(filing: Filing) -> None:
    """Raise ``DomainError`` while the unit owes an answer."""
    if waiting := list(filing.threads.unanswered()):
        raise DomainError(
            f"还有 {len(waiting)} 条退回意见未答复（{_named(waiting)}），请逐条答复后再提请签批",
            {f"thread:{thread.pk}": "请答复" for thread in waiting},
        )


def refuse_unsettled(filing: Filing) -> None:
    """Raise ``DomainError`` while the office is not done with what it wrote."""
    if left := list(filing.threads.unsettled()):
        raise DomainError(
            f"还有 {len(left)} 条退回意见没有办结或退回（{_named(left)}），不能提请审定",
            {f"settle:{thread.pk}": "请办结或退回" for thread in left},
        )


def _named(threads: list[Thread]) -> str:
    return "、".join(thread.label for thread in threads[:3]) + ("等" if len(threads) > 3 else "")
