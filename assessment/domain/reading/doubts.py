"""Whether a field named before a figure is clearly meant: in the table's year, of the whole unit, as it was, and nothing less."""

import re

from assessment.domain.reading.naming import Names, plain_words
from assessment.domain.reading.surroundings import COUNT, FIGURE, FIGURES, ITEM, MARKS, TOKEN, Setting

_CLAUSE = re.compile(rf".*(?:[，,；;：:。]|[{MARKS}][、（(])", re.DOTALL)
#: Between a name and its figure, without changing what it is; longest first.
_LINKS = (
    "（万元）", "(万元)", "（%）", "(%)", "人民币", "实际为", "实际达", "仅为", "共计", "共有", "达到", "已达", "达成", "为", "是",
    "：", ":", "=", "＝", "共", "达", "仅", "约", "的",
)  # fmt: skip
#: Before a name, without making another quantity of it: the year, and the unit itself.
_OPENING = re.compile(
    rf"(?:{ITEM})?(?:其中|此外|另外|同时|最终|全年|本年|年末|年底|年终|截至|截止|到|底|末|[0-9]{{4}}年?度?|12月(?:31日)?"
    r"|[我本](?:局|委|办|厅|校|院|所|级|中心|单位|部门)|局本级|市本级|局机关|部门整体|单位整体|整体|单位|部门"
    # Possessive: two ways to read 部门整体 must not be tried for each of a hundred of them.
    r"|的|经(?:计算|核算|统计|核定)|核定|现有|实际|实现|财政拨款)*+"
)
#: Words of what is to be, is supposed, is asked for, or is of another time.
_SUPPOSED = re.compile(
    r"目标(?!(?:任务|管理|责任)?(?:已|均|全部|都|基本|圆满|如期|完成|实现|顺利|达成|得到|一致|申报|填报|自评|考核|评价|明确|合理))"
    r"|指标值|计划(?!内|外|完成情况)|预计|预期|力争|争取|确保|拟|应当|应达|应为|要求[达为：:不]|规定[的为：:]|标准[为：:的是]|评分|得分|扣分|满分|分值|权重"
    r"|如果|若|假如|假设|例如|比如|平均|上半年|下半年|季度|半年|月底|月末|中期|阶段|此前|曾|有误|错误|分别|不含|剔除|扣除|口径|目前|至今|填报日|(?<![0-9])(?:0?[1-9]|1[01])月"
    r"|上年|前年|往年|历年|上期|同期|明年|来年|次年|下年|下一年|近[两三四五]年|期间"
)
_COMPARED = re.compile(r"(?:比|较|与|同|和)(?:上年|前年|年初|预算)[^，。；]{0,12}")
_OWN = re.compile(r"[我本](?:中心|校|院|所|站|局)")
#: A part of what the figure before it says.
_PART = re.compile(rf"其中|(?<=[{MARKS}])[（(]")
#: What headings and openings consist of that speak of the unit itself; any other word may name a project or an office.
_GENERAL_TOPIC = re.compile(
    rf"(?:{ITEM})?(?:部门|单位|整体|总体|年度|全年|本年|年初|年中|年末|一般公共预算|收入|支出|收支|预算|决算|编制|安排|调整|批复|下达|执行|使用|监督|效益|绩效|自评|评价|目标"
    r"|指标|分析|说明|情况|基本|概况|资金|财政|财务|管理|项目|结转|结余|和|与|及|的|、|存量|国库|集中|支付|人员|公用|经费|三公|资产|固定|政府|采购|信息|公开|公众|群众|满意度|信访"
    r"|经济性|效率性|效果性|公平性|履职|重点|任务|工作|完成|机构|设置|职能|职责|主要|存在|问题|改进|措施|结果|方面|进度|较好|良好|平稳|如下|数据|显示|来看|从|看|按|类型|性质|分"
    r"|我局|本局|我单位|本单位|局本级|[0-9]{4}年度?|:|：|□)*+"
)
#: Words by which a clause is no mere noun: 大厦修缮，支出完成率80% speaks of the building.
_SAYS_HOW = re.compile(
    "^(?:据|经|按|根据|依据|截至|截止|通过|从|在|对|由于|随着|为了|此外|同时|另外|其中)|了|已|均|全部|较|有所|明显|进一步|稳步|不断|严格|认真|坚持|落实|统计"
    "|核对|核实|核算|反馈|确认|完成|批准|追加|平稳|稳定|良好|有序|顺利|圆满|满意|努力|切实"
)
_PIECES = re.compile("[，,；;：:（(]")
_LONGEST_TOPIC = 20
_SENTENCE = re.compile(f"[，,；;{MARKS}]")
_OPENED = re.compile(f"([^，,；;。：:{MARKS}]*)[：:]")
_CHANGED_AFTER = re.compile(
    r"的|以上|以下|左右|上下|以内|之间|起|不等|目标|要求|标准|[/／]|每|得|计|扣|记|时|者|[（(](?:目标|计划|标准|要求|上年|预计|含|不含|包括|剔除|其中)"
)
_STOPS = "，。；、,;（(！!"
_LOWERED = re.compile("下降|减|降低|降幅|低|少")
_SHORTEST_PHRASE = 6
_PHRASE = re.compile("[\u4e00-\u9fff]+")
#: Words that many different things are called by, and words of change.
_GENERAL = re.compile(
    "预算|决算|支出|资金|经费|完成率|执行率|项目|得分|分值|权重|满意度|投入|拨款|成本|计划|目标|任务|预计|增长|增加|减少|下降|降低|提高|提升|较|比|占"
    "|分别|每|人均|其中|标准|达标"
)


def without_links(before: str) -> str:
    """The words before a figure without 为, 共计, ： and the like, so that its name ends them."""
    while before.endswith(_LINKS):
        before = before[: -len(next(link for link in _LINKS if before.endswith(link)))]
    return before


def clause_of(words: str) -> str:
    """What is said since the last comma or figure's end."""
    start = _CLAUSE.match(words)
    return words[start.end() :] if start else words


def unopened(clause: str) -> str:
    """A clause without the year and the words for the unit itself before its subject."""
    opening = _OPENING.match(clause)
    return clause[opening.end() :] if opening else clause


def _stands(after: str, counted: bool) -> bool:
    """Whether a figure stands as it is; what is counted must not do something: 离退休人员32人参加体检."""
    return (not counted or after[:1] in _STOPS) and not _CHANGED_AFTER.match(after)


def doubtful(setting: Setting, words: str, names: Names) -> bool:
    """Whether the sentence up to ``words`` or its heading speak of plans, demands, other years or other units."""
    said = names.without(f"{setting.topic}。{words}")
    return not setting.same_year or bool(_SUPPOSED.search(_COMPARED.sub("", said)))


def clearly_meant(setting: Setting, stated: str, name: str, names: Names, known: list[bool], *, counted: bool) -> bool:
    """Whether the field called ``name`` at the end of ``stated`` is meant; ``known`` says which figures before it are fields'."""
    words = stated[: -len(name)]
    if not _OPENING.fullmatch(clause_of(words)) or not _stands(plain_words(setting.after), counted) or doubtful(setting, words, names):
        return False
    return of_the_unit(setting, words, names, known, counted=counted)


def of_the_unit(setting: Setting, words: str, names: Names, known: list[bool], *, counted: bool) -> bool:
    """Whether ``words`` speak of the unit as a whole: of no other, and of no part but one of the table's figures."""
    topics = [*setting.topic.split("。"), *_OPENED.findall(words)]
    said = _OWN.sub("", names.without(words))
    ours = _known(said, known)
    part = max((match.start() for match in _PART.finditer(said)), default=-1)
    if part >= 0 and max((place for place in range(part) if said[place] in MARKS), default=-1) not in ours:
        return False
    foreign = max((match.start() for match in names.foreign.finditer(said)), default=-1)
    if foreign >= 0 or not all(_general(topic, names) for topic in topics):
        return any(place > foreign for place in ours)
    if not ours and (FIGURE in said or (COUNT in said and not counted)):
        return False  # the figures so far are nobody's: they may be those of something else
    return all(map(_leads, _PIECES.split(said[max(ours, default=-1) + 1 :])))


def _general(topic: str, names: Names) -> bool:
    """Whether a heading or opening names nothing but the unit's own matters; whole sentences are only searched for others."""
    plain = _OWN.sub("", names.without(plain_words(topic)))
    told = len(plain) > _LONGEST_TOPIC or _SENTENCE.search(plain) is not None
    return names.foreign.search(plain) is None and (told or _leads(plain))


def _leads(piece: str) -> bool:
    """Whether what stands before a field's clause says how or when, and is no subject of its own."""
    return COUNT in piece or _SAYS_HOW.search(piece) is not None or _GENERAL_TOPIC.fullmatch(piece) is not None


def _known(said: str, known: list[bool]) -> set[int]:
    """Where figures of the table stand: tokens, and those of the figures so far that are ``known`` to be fields'."""
    figures = [place for place, mark in enumerate(said) if mark in FIGURES]
    tokens = {place for place, mark in enumerate(said) if mark == TOKEN}
    return tokens | {place for place, right in zip(reversed(figures), reversed(known), strict=False) if right}


def lowered(clause: str) -> bool:
    """Whether a clause says by its words what a minus would: 下降17.05%."""
    return _LOWERED.search(clause) is not None


def tells_itself(phrase: str) -> bool:
    """Whether a phrase before a figure is long and special enough to mean the same thing in two places of a report."""
    return len(phrase) >= _SHORTEST_PHRASE and _PHRASE.fullmatch(phrase) is not None and not _GENERAL.search(phrase)
