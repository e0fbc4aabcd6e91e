"""The demo as it stands after ``seed_demo``: written once for this module, rolled back at its end."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from assessment.domain.exchange import AssessmentContent, FilingContent
from assessment.domain.workflow import Act, Status
from assessment.models import Assessment, Event, Evidence, Explanation, Figure, Filing, Narrative, Notice, Part, Score
from assessment.services import contents
from assessment.services.verify import verify_record
from reports.models import PrintJob, Publication
from reports.services import demo as code
from reports.services.publications import verify_publications
from tests.reports.papers import flat
from units.models import User

pytestmark = pytest.mark.django_db

DEPARTMENT, EMPTY, HALF, LATE, RETURNED, SCHOOL = "Z301", "Z301011", "Z301010", "Z301007", "Z301008", "Z301006"
#: Every distinct number with its unit of measure (money, counts, percentages, people) in the report that the department
#: really published for 2022, in its order, and how the demo's print says it. A change of −100 % from 0 to 0 is undefined,
#: so the print says that instead.
FIGURES = {
    "15个": "内设机构15个", "69名": "机关编制69人", "59名": "行政编制59名", "10名": "行政执法专项编制10名", "1名": "局长1名",
    "4名": "副局长4名", "16名": "正、副各16名", "64人": "实际在岗64人", "4个": "市级培训基地4个", "6198人": "6198人参加培训",
    "22家": "产业工人培训基地新添22家", "10627人": "培训人数达到10627人", "25个": "示范站25个", "53.33万人": "企业养老保险为53.33万人",
    "48.91万人": "失业保险为48.91万人", "55.35万人": "工伤保险为55.35万人", "27个": "职称改革涉及27个系列",
    "286.84万人": "286.84万人参加城乡居民养老保险", "102.4%": "计划的102.4%", "4%": "提高4%", "180元": "每人每月180元",
    "190元": "调到190元", "22%": "失业保险金标准提高22%", "51768人": "分别完成51768人", "30465人": "30465人和1679人",
    "1679人": "和1679人", "14.39亿元": "减负14.39亿元以上", "11.38万家": "11.38万家企业", "29家": "创业孵化基地达到29家",
    "8447人": "带动8447人就业", "2866万元": "创业担保贷款年内新增2866万元", "369场次": "全年办了369场次", "13.71万个": "岗位有13.71万个",
    "7758.3万元": "就业创业补贴支出7758.3万元", "95.65%": "有95.65%已经就业", "88项": "服务事项有88项", "21个": "高频事项有21个",
    "13个": "关联事项有13个", "65项": "业务有65项", "25项": "高频服务有25项", "42项": "考试42项", "19.18万人次": "考生19.18万人次",
    "5339条": "举报投诉线索5339条", "251宗": "立案的251宗", "100%": "结案率100%", "4401宗": "劳动人事争议4401宗",
    "1363宗": "立案的有1363宗", "98.98%": "累计98.98%", "58796.51万元": "预算拨款共58,796.51万元",
    "58235.54万元": "58,235.54万元都是一般公共预算", "560.97万元": "政府性基金占560.97万元", "48774.54万元": "全年预算降为48,774.54万元",
    "48213.57万元": "调整后为48,213.57万元", "46477.42万元": "全年支出46,477.42万元", "45958.11万元": "一般公共预算列支45,958.11万元",
    "519.31万元": "基金预算列支519.31万元", "0万元": "年末的财政拨款结转和结余为0.00万元", "95.29%": "支出完成率达到95.29%",
    "0%": "结转结余率是0.00%", "-100%": "存量资金变动率列为“不适用”", "100万元": "金额在100万元以上", "100分": "自评得100分",
    "8.49万元": "“三公”经费全年开支8.49万元", "18.5万元": "预算安排为18.50万元",
}  # fmt: skip
HEADINGS = [
    "一、单位基本情况",
    "（一）单位机构设置、部门职能情况",
    "（二）年度总体工作和重点工作任务",
    "（三）部门整体支出绩效目标",
    "（四）部门整体支出情况",
    "二、自评工作开展情况",
    "（一）评价小组情况",
    "（二）自评工作过程",
    "（三）自评材料报送时间及质量",
    "（四）自评材料报送及公开一致情况",
    "三、绩效自评情况",
    "（一）自评结果",
    "（二）部门整体支出绩效指标分析",
    "1.预算编制情况",
    "2.预算执行情况",
    "3.预算监督情况",
    "4.预算使用效益",
    "（三）部门整体支出绩效管理存在问题",
    "（四）改进措施",
]


@dataclass(frozen=True)
class Seeded:
    """Where the files of the demo lie, and what the command said."""

    folder: Path
    said: str

    @property
    def accounts(self) -> Path:
        return self.folder / "demo-accounts.txt"

    @property
    def passwords(self) -> dict[str, str]:
        lines = self.accounts.read_text("utf-8").splitlines()
        return {line.split()[0]: line.split()[1] for line in lines}


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    folder, out = tmp_path_factory.mktemp("demo"), StringIO()
    hashing = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(DATA_DIR=folder, MEDIA_ROOT=folder / "files", PASSWORD_HASHERS=hashing):
            call_command("seed_demo", stdout=out)
        yield Seeded(folder, out.getvalue())
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _demo_files(settings: LazySettings, _own_files: None, seeded: Seeded) -> None:
    settings.DATA_DIR, settings.MEDIA_ROOT = seeded.folder, seeded.folder / "files"


def filing_of(unit: str, year: int = 2022) -> Filing:
    return Filing.objects.select_related("unit", "round").get(unit__code=unit, round__fiscal_year=year)


def signed(unit: str, year: int = 2022) -> AssessmentContent:
    """What the unit's head signed last."""
    snapshot = filing_of(unit, year).snapshots.filter(kind="filing").latest("number")
    return FilingContent.model_validate_json(snapshot.content).assessments[0]


def printed(unit: str, folder: Path) -> str:
    """The official report read back without white space and page numbers."""
    job = PrintJob.objects.get(filing=filing_of(unit), kind=PrintJob.Kind.REPORT)
    return re.sub(r"—\d+—", "", flat(folder / "files" / job.path))


def test_two_rounds_of_thirteen_filings_hold_every_status():
    statuses = {2021: Counter[str](), 2022: Counter[str]()}
    for year, status in Filing.objects.values_list("round__fiscal_year", "status"):
        statuses[year][status] += 1

    others = dict.fromkeys(Status, 1)
    assert statuses == {2021: {Status.PUBLISHED: 13}, 2022: others | {Status.DRAFT: 2, Status.PUBLISHED: 5}}


def test_one_draft_is_empty_and_one_is_half_written():
    rows = (Figure, Narrative, Score, Evidence, Explanation)

    def written(unit: str) -> list[int]:
        return [model.objects.filter(assessment__filing=filing_of(unit)).count() for model in rows]

    assert (filing_of(EMPTY).status, written(EMPTY)) == (Status.DRAFT, [0, 0, 0, 0, 0])
    assert (filing_of(HALF).status, written(HALF)) == (Status.DRAFT, [52, 8, 0, 0, 0])
    assert Event.objects.filter(filing=filing_of(EMPTY)).count() == 0


def test_nothing_stands_against_what_was_signed_and_every_point_not_claimed_has_a_reason():
    filings = Filing.objects.exclude(status=Status.DRAFT).select_related("unit", "round")

    assert filings.count() == 24
    assert [filing for filing in filings for item in contents.assessments_of(filing) if contents.evaluate(item).blocking] == []
    silent = []
    for filing in filings:
        for assessment in contents.assessments_of(filing):
            full = {code: row.points for code, row in assessment.completed_scheme().scored.items()}
            silent += [score for score in assessment.scores.all() if score.self_points < full[score.code] and not score.self_reason]
    assert silent == []


def test_every_full_mark_beside_a_problem_is_explained_in_the_unit_s_own_words():
    reasons = Explanation.objects.filter(code__startswith="full_marks").order_by("assessment__filing__unit__code")
    written = list(reasons.values_list("assessment__filing__unit__code", "assessment__filing__round__fiscal_year", "code"))
    needed = [
        (filing.unit.code, filing.round.fiscal_year, finding.key)
        for filing in Filing.objects.exclude(status=Status.DRAFT).select_related("unit", "round")
        for assessment in contents.assessments_of(filing)
        for finding in contents.evaluate(assessment).findings
        if finding.code == "full_marks"
    ]

    assert sorted(written) == sorted(needed)
    assert len({reason.text for reason in reasons}) == len(needed) == 14


def test_units_claim_what_their_figures_give_them():
    results = {}
    for filing in Filing.objects.filter(round__fiscal_year=2022).exclude(status=Status.DRAFT).order_by("unit__code"):
        judged = contents.evaluate(filing.assessments.get(kind="whole"))
        results[filing.unit.code] = (str(judged.total.value), judged.total.grade)

    full = dict.fromkeys(["Z301", "Z301001", "Z301002", "Z301003", "Z301005", "Z301009", "Z301012"], ("100.00", "优"))
    assert results == full | {
        "Z301004": ("98.61", "优"),
        SCHOOL: ("86.41", "良"),
        LATE: ("99.00", "优"),
        RETURNED: ("97.62", "优"),
    }


def test_each_year_begins_with_what_the_year_before_ended_with():
    pairs = [("carry_in", "carry_out"), ("idle_before", "idle_after")]
    pairs += [(f"{item}_last", f"{item}_final") for item in ("abroad", "carbuy", "carrun", "reception")]
    figures: dict[tuple[str, int], dict[str, Decimal]] = {}
    for unit, year, item, value in Figure.objects.values_list(
        "assessment__filing__unit__code", "assessment__filing__round__fiscal_year", "code", "value"
    ):
        figures.setdefault((unit, year), {})[item] = value
    both = [unit for unit, year in figures if year == 2022]

    assert len(both) == 12
    assert [(unit, now) for unit in both for now, last in pairs if figures[unit, 2022][now] != figures[unit, 2021][last]] == []


def test_the_office_sees_some_rows_differently_and_says_why():
    rows = Score.objects.filter(assessment__filing__round__fiscal_year=2022).exclude(review_points=None)
    seen = [(row.assessment.filing.unit.code, row.code, str(row.self_points), str(row.review_points)) for row in rows]
    differing = sorted(given for given in seen if given[2] != given[3])

    assert differing == [
        ("Z301", "budget_reasonable", "5.00", "4.50"),
        ("Z301", "social_effect", "8.00", "7.50"),
        ("Z301001", "goal_clear", "5.00", "4.50"),
        ("Z301003", "quality", "4.00", "3.50"),
        ("Z301004", "performance_public", "3.00", "2.50"),
        ("Z301004", "social_effect", "7.50", "7.00"),
        ("Z301005", "supervision", "2.00", "1.50"),
        ("Z301012", "rules_sound", "2.00", "1.50"),
    ]
    assert [row for row in rows if row.self_points != row.review_points and not row.review_reason] == []


def test_two_reviewers_share_the_work_and_the_lead_approves():
    opened = Event.objects.filter(act=Act.OPEN_REVIEW, filing__round__fiscal_year=2022)
    taken = Counter(opened.values_list("actor__username", flat=True))
    approvers = set(Event.objects.filter(act__in=[Act.APPROVE, Act.PUBLISH]).values_list("actor__username", flat=True))

    assert taken == {"reviewer": 4, "reviewer2": 5}
    assert approvers == {"lead"}


def test_the_late_unit_is_two_days_late_and_loses_a_point():
    filing = filing_of(LATE)
    points = Score.objects.get(assessment__filing=filing, code="on_time")

    assert (filing.round.inner_deadline, filing.filled_on) == (date(2023, 4, 20), date(2023, 4, 22))
    assert (points.self_points, points.self_reason) == (2, "数据核对用时较长，比规定期限晚报2天。")


def test_the_returned_unit_may_mend_the_two_parts_that_were_returned():
    filing = filing_of(RETURNED)

    assert list(filing.threads.unanswered().values_list("part__kind", "place")) == [
        (Part.Kind.FIGURES, "figure:procurement_final"),
        (Part.Kind.FIGURES, "figure:project_final"),
        (Part.Kind.NARRATIVE, "section:result_problems"),
        (Part.Kind.NARRATIVE, "section:result_measures"),
    ]
    assert {part.kind for part in filing.assessments.get().parts.filter(locked=True)} == {
        Part.Kind.PROJECTS,
        Part.Kind.SCORES,
        Part.Kind.EVIDENCE,
    }


def test_the_departments_print_holds_the_64_figures_of_the_real_report_under_its_headings(seeded: Seeded):
    text = printed(DEPARTMENT, seeded.folder)

    assert len(FIGURES) == 64
    assert {figure: words for figure, words in FIGURES.items() if words not in text} == {}
    assert "-100" not in text
    places = [text.find(heading) for heading in HEADINGS]
    assert -1 not in places
    assert places == sorted(places)


def test_the_departments_narrative_is_as_long_as_the_real_one_and_its_result_is_100():
    own = signed(DEPARTMENT)

    assert 6_000 <= sum(len("".join(section.printed.split())) for section in own.narrative) <= 7_200
    assert (own.self_total, own.grade) == ("100", "优")


def test_only_what_still_waits_is_unread_and_nobody_is_sent_a_mail():
    unread = Notice.objects.unread().values_list("recipient__username", "filing__unit__code", "filing__status")

    assert set(Notice.objects.values_list("mail", "error")) == {("none", "没有登记邮箱")}
    assert sorted(unread) == [
        ("lead", "Z301005", "reviewed"),
        ("reviewer", "Z301006", "under_review"),
        ("reviewer", "Z301007", "submitted"),
        ("reviewer2", "Z301007", "submitted"),
        ("unit04", "Z301004", "approved"),
        ("unit04-head", "Z301004", "approved"),
        ("unit08", "Z301008", "returned"),
        ("unit08-head", "Z301008", "returned"),
        ("unit09-head", "Z301009", "awaiting_signoff"),
        ("unit11", "Z301011", "draft"),
    ]


def test_the_record_holds():
    assert Publication.objects.count() == 18
    assert [*verify_record(), *verify_publications()] == []


def test_a_second_seeding_changes_nothing(seeded: Seeded):
    def everything() -> dict[str, list[tuple[object, ...]]]:
        return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in apps.get_models()}

    before, accounts, out = everything(), seeded.accounts.read_bytes(), StringIO()

    call_command("seed_demo", stdout=out)

    assert everything() == before
    assert seeded.accounts.read_bytes() == accounts
    assert out.getvalue() == "There is data already; nothing was changed.\n"


def test_the_accounts_open_with_passwords_that_only_their_file_holds(seeded: Seeded):
    passwords = seeded.passwords
    sources = [Path(code.__file__), *code.FOLDER.glob("*.yaml")]
    text = "".join(source.read_text("utf-8") for source in sources)

    assert seeded.accounts.stat().st_mode & 0o777 == 0o600
    assert len(set(passwords.values())) == User.objects.count() == 31
    assert [user for user in User.objects.all() if not user.check_password(passwords[user.username])] == []
    assert [password for password in passwords.values() if password in text] == []


def test_the_command_shows_the_accounts_to_begin_with(seeded: Seeded):
    shown = [line.split()[:2] for line in seeded.said.splitlines()[1:]]

    names = ["preparer", "head", "reviewer", "reviewer2", "lead", "admin", "auditor", "unit11", "unit11-head"]
    assert shown == [[name, seeded.passwords[name]] for name in names]


def test_projects_are_listed_filled_signed_and_published_with_their_units():
    projects = Assessment.objects.projects().order_by("filing__unit__code", "project_code")

    assert [(item.filing.unit.code, item.filing.status, item.name, item.scores.exists()) for item in projects] == [
        ("Z301007", "submitted", "职业技能等级认定补助", True),
        ("Z301010", "draft", "职业年金征缴系统维护", False),
        ("Z301010", "draft", "年金政策宣传和业务培训", False),
        ("Z301012", "published", "创业指导进校园", True),
        ("Z301012", "published", "创业孵化基地运营补助", True),
    ]
    assert [item.name for item in projects if item.key_reasons] == ["职业技能等级认定补助", "职业年金征缴系统维护", "创业孵化基地运营补助"]
