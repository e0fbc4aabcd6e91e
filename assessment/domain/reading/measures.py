"""Units of measure (计量单位) as report texts write them after a number."""

import re
from functools import lru_cache
from typing import Literal

Dimension = Literal["money", "percent", "count"]

SIZES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
#: Longest first where one begins like another; what must not follow keeps 3项目, 2名称 and 5条件 apart.
WORDS = (
    "个工作日", "工作日", "个月", "人次", "人天", "场次", "件次", "批次", "平方米", "平方公里", "公里", "公顷", "公斤", "美元", "港元",
    "欧元", "人(?![员事民才均社力])", "名(?![称单])", "位(?![于置])", "项(?!目)", "个(?!百分|人所|人账|体|性)", "条(?![件例])", "件",
    "宗", "起(?![草到])", "封", "家(?![庭属政电])", "户(?![籍外均])", "所(?![有需属得在])", "间", "次(?![级年日月])", "场(?![所地景])",
    "辆", "台(?!账)", "套", "艘", "份(?!额)", "张", "本(?![级年局])", "册", "天(?![然河津])", "周(?![年边])", "期(?![间末初限])",
    "批(?![准复])", "届", "部(?![门分])", "篇", "处(?![理于室])", "座", "棵", "支(?![出持付])", "组(?![织长])", "类(?![别似])",
    "种(?!植)", "门(?![户槛])", "班", "亩", "吨", "倍",
)  # fmt: skip
#: Only after Arabic digits: 十分, 三年行动 are words or names.
ARABIC_WORDS = (*WORDS, "分(?![钟之局公院行配类别])", "年(?![度初末底中级])")
#: 三成 is thirty per cent; 三成立, 五成员 and 一成不变 are not.
TENTH = "成(?![立员果为功就本绩效都长年品交套熟语不分])"
YUAN = "元(?![旦月素件宵])"
#: Words that count the same things.
_ALIKE = ("人名位", "项个条", "件宗起封", "份张", "天日")


@lru_cache(maxsize=1024)
def measure_of(unit: str) -> tuple[int, str]:
    """A unit as its size and what it counts: 万元 → (10 000, 元), 万名 → (10 000, 人), % → (1, %)."""
    plain = re.sub(r"[\s余多来]", "", unit)
    word = plain.lstrip("十百千万亿")
    size = 1
    for character in plain[: len(plain) - len(word)]:
        size *= SIZES[character]
    return size, next((alike[0] for alike in _ALIKE if len(word) == 1 and word in alike), word)
