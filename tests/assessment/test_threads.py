"""What is returned stands on the very cells: drafted, sent, answered, settled; and nobody else's hands get in."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from assessment.domain.errors import DomainError
from assessment.domain.workflow import Status
from assessment.models import Filing, Message, Part, Thread
from assessment.services import parts, review, signoff, threads
from assessment.services.history import history_of
from assessment.services.verify import verify_record
from tests.browsing import messages, read, signed_in
from tests.factories import Line, make_user
from tests.tools import at_once, refusal_of
from units.models import Role, User

pytestmark = pytest.mark.django_db

FIGURE, SECTION = "figure:final_general", "section:result_problems"


def draft(line: Line, by: User | None = None, settled: tuple[int, ...] = (), **texts: str) -> Filing:
    """Save the review with texts on ``figure``, ``section`` or ``row``."""
    places = {"figure": FIGURE, "section": SECTION, "row": "score:spending"}
    line.filing.refresh_from_db()
    drafts = {(line.assessment.pk, places[name]): text for name, text in texts.items()}
    version = line.filing.review_version
    return review.save_review(
        line.filing.pk, by=by or line.reviewer, version=version, points={}, comment="", drafts=drafts, settled=settled
    )


def give_back(line: Line, **texts: str) -> list[Thread]:
    """Return these places; the threads in their order."""
    draft(line, **texts)
    review.return_parts(line.filing.pk, by=line.reviewer, comments=[])
    line.filing.refresh_from_db()
    return list(line.filing.threads.all())


def told(line: Line) -> list[tuple[str, str, list[str]]]:
    return [(thread.label, thread.state, [message.text for message in thread.messages.all()]) for thread in line.filing.threads.all()]


def test_a_draft_is_the_offices_own_until_the_return_sends_it() -> None:
    line = Line(Status.UNDER_REVIEW)
    draft(line, figure=" 与决算报表不一致 ", section="请补写")

    assert told(line) == [
        ("基础数据表 · 一般公共预算支出决算数", "draft", ["与决算报表不一致"]),
        ("自评报告 · 部门整体支出绩效管理存在问题", "draft", ["请补写"]),
    ]
    page = signed_in(line.preparer).get(line.filing.get_absolute_url())
    assert "与决算报表不一致" not in page.content.decode()
    thread = line.filing.threads.first()
    answer = signed_in(line.preparer).post(reverse("assessment:answer", args=[thread.pk]), {"text": "已更正"})
    assert answer.status_code == 404

    review.return_parts(line.filing.pk, by=line.reviewer, comments=[])

    assert [state for _, state, _ in told(line)] == ["open", "open"]
    assert {part.kind for part in line.assessment.parts.filter(locked=False)} == {"figures", "narrative", "explanations"}
    assert history_of(line.filing, office=True)[0].detail == "退回：基础数据表、自评报告（2 条意见）"


@pytest.mark.parametrize("change", ["UPDATE assessment_message SET text = '改过'", "DELETE FROM assessment_message"])
def test_what_was_said_is_in_the_record_and_the_database_itself_refuses_to_change_it(change: str) -> None:
    line = Line(Status.UNDER_REVIEW)
    (thread,) = give_back(line, figure="与决算报表不一致")
    threads.answer(thread.pk, by=line.preparer, text="已更正")

    with pytest.raises(DatabaseError, match="assessment_message is append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    place = "基础数据表 · 一般公共预算支出决算数"
    said = [json.loads(event.detail).get("said") for event in line.filing.events.order_by("number")][-2:]
    assert said == [[[place, "与决算报表不一致"]], "已更正"]


def test_a_draft_is_rewritten_and_taken_back_by_its_author_alone() -> None:
    line = Line(Status.UNDER_REVIEW)
    other = make_user(Role.REVIEWER, line.department)
    draft(line, figure="请核对")
    draft(line, by=other, figure="差 20 万元")
    draft(line, figure="请核对决算数")
    draft(line, by=other, figure="")
    assert told(line)[0][2] == ["请核对决算数"]

    draft(line, figure="")

    assert told(line) == []
    assert refusal_of(lambda: review.return_parts(line.filing.pk, by=line.reviewer, comments=[]))[0] == "退回须逐处说明原因"


def test_the_same_draft_again_is_neither_counted_nor_recorded() -> None:
    line = Line(Status.UNDER_REVIEW)
    draft(line, figure="请核对")
    before = line.filing.events.count()

    draft(line, figure="请核对")

    assert (line.filing.events.count(), Message.objects.count()) == (before, 1)


@pytest.mark.parametrize(
    ("place", "text", "message", "fault"),
    [
        ("figure:nothing", "请核对", "这一处不属于本材料", None),
        ("part:figures", "请核对", "这一处不属于本材料", None),
        (FIGURE, "长" * 1001, "有退回意见不合要求，未保存", "超过 1000 字，请精简"),
        (FIGURE, "坏\x07", "有退回意见不合要求，未保存", "有无法打印的字符：U+0007"),
    ],
)
def test_a_draft_that_cannot_stand_is_refused(place: str, text: str, message: str, fault: str | None) -> None:
    line = Line(Status.UNDER_REVIEW)
    given = {(line.assessment.pk, place): text}

    def act() -> Any:
        return review.save_review(line.filing.pk, by=line.reviewer, version=0, points={}, comment="", drafts=given)

    assert refusal_of(act) == (message, {f"note:{place}": fault} if fault else {})


def test_an_assessment_of_another_filing_takes_no_draft() -> None:
    line, other = Line(Status.UNDER_REVIEW), Line(Status.UNDER_REVIEW)
    given = {(other.assessment.pk, FIGURE): "请核对"}

    def act() -> Any:
        return review.save_review(line.filing.pk, by=line.reviewer, version=0, points={}, comment="", drafts=given)

    assert refusal_of(act) == ("这一处不属于本材料", {})


def test_sign_off_is_not_asked_for_while_a_thread_has_no_answer() -> None:
    line = Line(Status.UNDER_REVIEW)
    figure, section = give_back(line, figure="请核对", section="请补写")
    threads.answer(figure.pk, by=line.preparer, text=" 已更正 ")

    assert refusal_of(lambda: signoff.request_signoff(line.filing.pk, by=line.preparer)) == (
        "还有 1 条退回意见未答复（自评报告 · 部门整体支出绩效管理存在问题），请逐条答复后再提请签批",
        {f"thread:{section.pk}": "请答复"},
    )
    threads.answer(section.pk, by=line.preparer, text="已补写")
    signoff.request_signoff(line.filing.pk, by=line.preparer)
    assert [entry.act for entry in history_of(line.filing, office=True)][:3] == ["提请签批", "答复", "答复"]
    assert list(verify_record()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  ", "请写明如何处理，例如“已更正”"),
        ("长" * 1001, "答复超过 1000 字，请精简"),
        ("坏\x07", "答复有无法打印的字符：U+0007"),
    ],
)
def test_an_answer_says_something_that_can_stand(text: str, message: str) -> None:
    line = Line(Status.UNDER_REVIEW)
    (thread,) = give_back(line, figure="请核对")

    assert refusal_of(lambda: threads.answer(thread.pk, by=line.preparer, text=text))[0] == message


def test_the_same_answer_twice_is_one_and_another_adds_to_it() -> None:
    line = Line(Status.UNDER_REVIEW)
    (thread,) = give_back(line, figure="请核对")

    for text in ("已更正", "已更正", "另附合同"):
        threads.answer(thread.pk, by=line.preparer, text=text)

    assert told(line)[0][1:] == ("answered", ["请核对", "已更正", "另附合同"])


def test_answers_are_not_without_end() -> None:
    line = Line(Status.UNDER_REVIEW)
    (thread,) = give_back(line, figure="请核对")
    for number in range(threads.MAX_MESSAGES - 1):
        threads.answer(thread.pk, by=line.preparer, text=f"第 {number} 次")

    message, _ = refusal_of(lambda: threads.answer(thread.pk, by=line.preparer, text="再一次"))

    assert message == "这一条意见已有 50 条往来，不能再答复"


def test_an_answered_thread_is_settled_or_goes_back_once_more() -> None:
    line = Line(Status.UNDER_REVIEW)
    figure, section = give_back(line, figure="请核对", section="请补写")
    line.advance(Status.UNDER_REVIEW)
    line.review()
    assert refusal_of(lambda: review.recommend(line.filing.pk, by=line.reviewer)) == (
        "还有 2 条退回意见没有办结或退回（基础数据表 · 一般公共预算支出决算数、自评报告 · 部门整体支出绩效管理存在问题），不能提请审定",
        {f"settle:{thread.pk}": "请办结或退回" for thread in (figure, section)},
    )

    draft(line, settled=(figure.pk,), section="仍缺措施")
    assert history_of(line.filing, office=True)[0].detail == "办结：基础数据表 · 一般公共预算支出决算数"
    review.return_parts(line.filing.pk, by=line.reviewer, comments=[])

    assert [item[1:] for item in told(line)] == [("settled", ["请核对", "已更正"]), ("open", ["请补写", "已更正", "仍缺措施"])]
    assert {part.kind for part in line.assessment.parts.filter(locked=False)} == {"narrative", "explanations"}


def test_what_has_no_answer_or_a_new_draft_is_not_settled_nor_what_is_anothers() -> None:
    line, other = Line(Status.UNDER_REVIEW), Line(Status.UNDER_REVIEW)
    (foreign,) = give_back(other, figure="请核对")
    (thread,) = give_back(line, figure="请核对")
    line.advance(Status.UNDER_REVIEW)

    refused = "“基础数据表 · 一般公共预算支出决算数”还没有答复，或又写了新的意见，不能办结"
    assert refusal_of(lambda: draft(line, settled=(thread.pk,), figure="再核对"))[0] == refused
    assert refusal_of(lambda: draft(line, settled=(foreign.pk,)))[0] == "这一条意见不属于本材料"
    draft(line, settled=(thread.pk,))
    assert refusal_of(lambda: threads.answer(thread.pk, by=line.preparer, text="再说"))[0].startswith("材料现在处于“复核中”")


def test_another_units_people_find_no_thread_and_the_office_only_reads() -> None:
    line, other = Line(Status.UNDER_REVIEW), Line()
    (thread,) = give_back(line, figure="请核对")
    address = reverse("assessment:answer", args=[thread.pk])

    assert signed_in(other.preparer).post(address, {"text": "已更正"}).status_code == 404
    told_to = signed_in(line.reviewer).post(address, {"text": "已更正"}, follow=True)
    assert messages(told_to) == ["您不承担此项工作，不能答复"]
    with pytest.raises(DomainError, match=r"^您不承担此项工作"):
        threads.answer(thread.pk, by=line.head, text="已更正")
    assert told(line)[0][1] == "open"


def test_the_unit_comes_from_the_filing_to_the_cell_and_answers_beside_it() -> None:
    line = Line(Status.UNDER_REVIEW)
    figure, _ = give_back(line, figure="请核对", section="请补写")
    client = signed_in(line.preparer)
    page = read(client.get(line.filing.get_absolute_url()))
    figures = reverse("assessment:figures", args=[line.assessment.pk])

    assert page.one(".next h2").text == "还有 2 条退回意见未答复"
    assert page.select("#threads .thread-head a")[0].attributes["href"] == f"{figures}#final_general"
    row = read(client.get(figures)).one("tr#final_general")
    assert row.one(".thread textarea").attributes["form"] == f"answer-{figure.pk}"
    assert f"thread-{figure.pk}" in row.one("input").attributes["aria-describedby"]
    answered = client.post(reverse("assessment:answer", args=[figure.pk]), {"text": "已更正"})
    assert (answered.status_code, answered.headers["Location"]) == (302, f"{figures}#final_general")
    refused = client.post(reverse("assessment:answer", args=[figure.pk]), {"text": " "})
    assert (refused.status_code, read(refused).texts(".error")) == (422, ["这个字段是必填项。"])


def test_the_review_page_shows_the_answer_beside_what_changed() -> None:
    line = Line(Status.UNDER_REVIEW)
    (thread,) = give_back(line, figure="请核对")
    version = line.part(Part.Kind.FIGURES).version
    parts.save_figures(line.assessment.pk, by=line.preparer, version=version, figures={"survey_size": Decimal(101)})
    line.advance(Status.UNDER_REVIEW)

    page = read(signed_in(line.reviewer).get(reverse("admin:assessment_filing_change", args=[line.filing.pk])))

    found = page.one(f"#thread-{thread.pk}")
    assert found.texts(".thread-state") == ["已答复"]
    assert [item.text for item in page.select(".cells .change")] == ["比上次报送100份 → 101份"]
    assert len(found.select(f"input[name=settle-{thread.pk}]")) == 1
    assert "第 1 次报送相比" in page.one("#changes").text


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_both_stand_in_one_thread() -> None:
    line = Line(Status.UNDER_REVIEW)
    (thread,) = give_back(line, figure="请核对")
    people = [line.preparer, make_user(Role.PREPARER, line.unit)]
    acts = [lambda by=by: threads.answer(thread.pk, by=by, text=f"已更正 {by.pk}") for by in people]

    at_once(Filing.objects.filter(pk=line.filing.pk), *acts)

    assert sorted(told(line)[0][2]) == sorted(["请核对", *(f"已更正 {by.pk}" for by in people)])
    assert told(line)[0][1] == "answered"
    assert list(verify_record()) == []


def test_who_had_to_sign_in_before_the_answer_was_taken_is_led_to_its_place() -> None:
    line = Line(Status.UNDER_REVIEW)
    (thread,) = give_back(line, figure="请核对")

    answer = signed_in(line.preparer).get(reverse("assessment:answer", args=[thread.pk]))

    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        reverse("assessment:figures", args=[line.assessment.pk]) + "#final_general",
    )
