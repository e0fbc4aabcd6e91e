"""A whole report with the facts of a published one, told in our own words: each budget figure is known, and 0 of 0 is found twice."""

from decimal import Decimal

from assessment.domain.expressions import NoValue
from assessment.domain.reading.agreement import compare
from tests.assessment.domain.labelled import fields_and_values

FIELDS = fields_and_values()[0]
FIELDS["idle_change"] = FIELDS["idle_change"].model_copy(update={"aliases": ("国库集中支付结余资金变动率",)})
ZERO = Decimal(0)
VALUES = {code: NoValue("未填写", missing=True) for code in FIELDS} | {
    "staff_posts": Decimal(69),
    "staff_actual": Decimal(64),
    "opening_general": Decimal("58235.54"),
    "opening_fund": Decimal("560.97"),
    "opening_total": Decimal("58796.51"),
    "adjusted_general": Decimal("48213.57"),
    "adjusted_fund": Decimal("560.97"),
    "adjusted_total": Decimal("48774.54"),
    "adjust_rate": Decimal("-0.1704517"),
    "final_general": Decimal("45958.11"),
    "final_fund": Decimal("519.31"),
    "final_total": Decimal("46477.42"),
    "execution_rate": Decimal("0.9529033"),
    "carry_in": ZERO,
    "carry_out": ZERO,
    "carry_rate": ZERO,
    "idle_before": ZERO,
    "idle_after": ZERO,
    "idle_change": NoValue("分母为 0，不适用"),
    "three_budget": Decimal("18.5"),
    "three_final": Decimal("8.49"),
}

DUTIES = """我局按粤机编〔2009〕18号文件设立，职责和编制后由湛办发〔2019〕21号文件核定。内设科室15个，另设机关党委；机关编制69名，\
其中行政编制59名、行政执法专项编制10名；领导职数为局长1名、副局长4名，正、副科级各16名。年末实有在职人数64人。
1. 组织实施人力资源市场规划，统一规范市场秩序，一般事项一次办结。
2. 负责第三方机构的监督，承办“十四五”规划有关任务。"""

GOALS = """“粤菜师傅”工程新增培训基地4个，6198人受训；“南粤家政”培训10627人，建成示范站25个，形成“15分钟服务圈”。
参保规模方面，企业养老53.33万人，失业48.91万人，工伤55.35万人；城乡居民养老286.84万人，为计划的102.4%。
养老金上调4%，居民基础养老金由每人每月180元提到190元，失业金标准提高22%。城镇新增就业51768人，失业再就业30465人，困难人员就业1679人。
助企纾困超14.39亿元，11.38万家企业受益；创业担保贷款新增2866万元，就业创业补贴7758.3万元；招聘活动369场次，岗位13.71万个。
毕业生年底就业率95.65%。88项事项一窗办理，21个高频事项提速，自助机24小时可用。承办考试42项，考生19.18万人次。
举报线索5339条，立案251宗，结案率100%；争议案件4401宗，受理1363宗，累计结案98.98%。"""

SPENDING = """2022年批复的预算拨款共58796.51万元，构成是：一般公共预算年初预算数58235.54万元，政府性基金年初预算数560.97万元。
年中调减后，全年预算为48774.54万元，构成是：一般公共预算调整预算数48213.57万元，政府性基金调整预算数560.97万元。
全年支出决算合计46477.42万元，构成是：一般公共预算支出决算数45958.11万元，政府性基金支出决算数519.31万元；年初财政拨款结转和结余0万元，\
支出完成率95.29%。
年末财政拨款结转和结余0万元，结余结转率0%。本年末存量资金0万元，上一年度末存量资金0万元，国库集中支付结余资金变动率-100%。"""

EXECUTION = """按年初批复，局本级2022年预算拨款58 796.51 万元，其中：一般公共预算58235.54 万元，政府性基金560.97 万元；调整后分别为48774.54
万元、48213.57 万元和560.97 万元。支出46477.42万元，一般公共预算支出45958.11 万元，政府性基金支出519.31 万元，支出完成率95. 29 %。
年末结转和结余0 万元，年初结转和结余0 万元，结转结余率０％。当年年末存量资金0 万元，上年末存量资金0 万元，存量资金变动率 −100%。
预算调整率-17.05%，全年预算比年初减少10,021.97万元。"""

BENEFIT = """严格控制“三公”经费开支，全年支出8.49万元，低于“三公”经费预算数18.5万元。对超100万元的项目和十件民生实事进行了重点评价，\
材料于4月30日前报送，4月23日公开。自评100分。"""

TEXTS = {"duties": DUTIES, "goals": GOALS, "spending": SPENDING, "execution": EXECUTION, "benefit": BENEFIT}


def said(verdict: str) -> list[tuple[str, str, str | None]]:
    return [
        (item.section, "".join(item.quantity.text.split()), item.field)
        for item in compare(FIELDS, VALUES, TEXTS)
        if item.verdict == verdict
    ]


def test_nothing_contradicts_the_table_but_the_rate_of_nothing_printed_twice():
    assert said("contradicts") == [("spending", "-100%", "idle_change"), ("execution", "−100%", "idle_change")]


def test_every_budget_figure_is_known_for_the_fields():
    assert said("equals") == [
        ("duties", "69名", "staff_posts"),
        ("duties", "64人", "staff_actual"),
        ("spending", "58796.51万元", "opening_total"),
        ("spending", "58235.54万元", "opening_general"),
        ("spending", "560.97万元", "opening_fund"),
        ("spending", "48774.54万元", "adjusted_total"),
        ("spending", "48213.57万元", "adjusted_general"),
        ("spending", "560.97万元", "adjusted_fund"),
        ("spending", "46477.42万元", "final_total"),
        ("spending", "45958.11万元", "final_general"),
        ("spending", "519.31万元", "final_fund"),
        ("spending", "0万元", "carry_in"),
        ("spending", "95.29%", "execution_rate"),
        ("spending", "0万元", "carry_out"),
        ("spending", "0%", "carry_rate"),
        ("spending", "0万元", "idle_after"),
        ("spending", "0万元", "idle_before"),
        ("execution", "58796.51万元", "opening_total"),
        ("execution", "58235.54万元", "opening_general"),
        ("execution", "560.97万元", "opening_fund"),
        ("execution", "48774.54万元", "adjusted_total"),
        ("execution", "48213.57万元", "adjusted_general"),
        ("execution", "560.97万元", "adjusted_fund"),
        ("execution", "46477.42万元", "final_total"),
        ("execution", "45958.11万元", "final_general"),
        ("execution", "519.31万元", "final_fund"),
        ("execution", "95.29%", "execution_rate"),
        ("execution", "0万元", "carry_out"),
        ("execution", "0万元", "carry_in"),
        ("execution", "０％", "carry_rate"),
        ("execution", "0万元", "idle_after"),
        ("execution", "0万元", "idle_before"),
        ("execution", "-17.05%", "adjust_rate"),
        ("benefit", "8.49万元", "three_final"),
        ("benefit", "18.5万元", "three_budget"),
    ]


def test_nothing_is_said_twice_differently_and_the_rest_is_unknown():
    assert (said("elsewhere"), len(said("unknown"))) == ([], 43)
