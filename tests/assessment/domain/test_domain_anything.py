"""Expressions, figures and files: whatever a machine makes up is read or refused in words, and means what its words say."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from assessment.domain.dimensions import UnitMismatch, unit_of
from assessment.domain.errors import DomainError
from assessment.domain.exchange import ExchangeFile, read, write
from assessment.domain.expressions import Compiled, NoValue, compile_expression, divides_by_nothing, evaluate
from assessment.domain.figures import parse_figure, parse_number
from assessment.domain.lint import STRUCTURE_ONLY, Fault, meaning_faults
from assessment.domain.scheme import Scheme
from assessment.domain.structure import structure_faults
from assessment.domain.wording import in_words
from tests.assessment.domain.steady import steady
from tests.factories_domain import TINY, tiny_data, tiny_field, tiny_file


def text(value):
    return format(value, "f")


NAMES = ("a", "b", "c")
FIELDS = {name: tiny_field(code=name, label=label) for name, label in zip(NAMES, ("甲", "乙", "丙"), strict=True)}
LETTERS = {"甲": "a", "乙": "b", "丙": "c", "−": "-", "×": "*", "÷": "/", "（": "(", "）": ")"}
names = st.sampled_from(NAMES)
constants = st.integers(0, 10**12).map(str) | st.decimals(0, 1000, places=3).map(text) | st.sampled_from(["0", "1", "0.5", "1e-9", "1e12"])


def joined(signs, parts):
    return st.tuples(parts, st.sampled_from(signs), parts).map(lambda made: f"({made[0]}) {made[1]} ({made[2]})")


def arithmetic(parts):
    return joined("+-*/", parts) | parts.map(lambda part: f"-({part})")


def conditions(parts):
    plain = joined(["==", "!=", "<", "<=", ">", ">="], parts)
    chained = st.tuples(parts, parts, parts).map(lambda made: f"({made[0]}) < ({made[1]}) <= ({made[2]})")
    single = plain | chained
    return single | joined(["and", "or"], single) | single.map(lambda part: f"not ({part})")


def larger(parts):
    called = st.tuples(st.sampled_from(["sum", "min", "max"]), st.lists(parts, min_size=1, max_size=3))
    chosen = st.tuples(parts, conditions(parts), parts)
    return (
        arithmetic(parts)
        | called.map(lambda made: f"{made[0]}({', '.join(made[1])})")
        | parts.map(lambda part: f"abs({part})")
        | st.tuples(parts, st.integers(0, 4)).map(lambda made: f"round({made[0]}, {made[1]})")
        | parts.map(lambda part: f"round({part})")
        | chosen.map(lambda made: f"({made[0]}) if ({made[1]}) else ({made[2]})")
    )


numbers = st.recursive(names | constants, larger, max_leaves=10)
values = st.decimals(-(10**11), 10**11, places=4) | st.sampled_from([Decimal(0), Decimal(1), Decimal("99999999999"), Decimal("0.0001")])
known = st.fixed_dictionaries(
    dict.fromkeys(NAMES, values | st.sampled_from([NoValue("“甲”未填写", missing=True), NoValue("分母为 0，不适用")]))
)


@steady(400)
@given(numbers | conditions(numbers), known)
def test_a_sound_expression_gives_a_number_a_condition_or_no_value(source, values_):
    assume(len(source) <= 500)
    compiled = compile_expression(source)
    result = evaluate(source, values_)

    assert isinstance(result, NoValue | (bool if compiled.kind == "condition" else Decimal))
    assert not isinstance(result, Decimal) or (abs(result) <= 10**20 and result.as_tuple().exponent >= -59)
    assert isinstance(in_words(source, FIELDS), str)
    assert isinstance(divides_by_nothing(source), bool)


@steady()
@given(numbers | conditions(numbers))
def test_units_of_measure_either_fit_or_are_named(source):
    assume(len(source) <= 500)
    try:
        assert isinstance(unit_of(source, frozenset({("a", "万元"), ("b", "人"), ("c", "%")})), str)
    except UnitMismatch as error:
        assert str(error).startswith("单位不同，不能相加减或比较：")


@steady(300)
@given(st.recursive(names, arithmetic, max_leaves=8))
def test_words_with_few_brackets_mean_what_the_expression_means(source):
    written = "".join(LETTERS.get(character, character) for character in in_words(source, FIELDS))
    given_ = {"a": Fraction(7), "b": Fraction(11, 3), "c": Fraction(-13, 5)}

    assert outcome(written, given_) == outcome(source, given_)


def outcome(source, values_):
    try:
        return eval(source, {}, values_)
    except ZeroDivisionError:
        return None


pieces = [
    "a",
    "b",
    "0",
    "1.5",
    "1e9",
    " ",
    "+",
    "-",
    "*",
    "/",
    "//",
    "**",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    ":",
    "=",
    "<",
    ">",
    "!=",
    "if",
    "else",
]
pieces += [
    "not",
    "and",
    "or",
    "in",
    "is",
    "sum",
    "round",
    "abs",
    "lambda",
    "True",
    "'",
    "\\",
    "\n",
    "\t",
    "#",
    "0x",
    "_",
    "é",
    "预算",
    "\ud800",
]
anything = (
    st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")) | st.text(max_size=60) | st.lists(st.sampled_from(pieces)).map("".join)
)


@steady(600)
@given(anything)
def test_whatever_is_typed_as_an_expression_is_read_or_refused_in_words(source):
    try:
        compiled = compile_expression(source)
    except DomainError as error:
        assert str(error)
    else:
        assert isinstance(compiled, Compiled)
        assert isinstance(evaluate(source, dict.fromkeys(compiled.names, Decimal(1))), Decimal | bool | NoValue)


@steady(300)
@given(anything | st.text("0123456789.,+-−％% ０１", max_size=20))
def test_whatever_is_typed_as_a_figure_is_read_or_refused_in_words(typed):
    for reading in (parse_number, lambda given_: parse_figure(tiny_field(kind="percent"), given_)):
        try:
            assert isinstance(reading(typed), Decimal | None)
        except DomainError as error:
            assert str(error)


keys = [
    "groups",
    "fields",
    "code",
    "label",
    "expression",
    "unit",
    "kind",
    "indicators",
    "children",
    "points",
    "rule",
    "shape",
    "own",
    "levels",
]
keys += [
    "checks",
    "when",
    "left",
    "right",
    "inspections",
    "function",
    "sections",
    "starter",
    "caps",
    "grades",
    "at_least",
    "value",
    "bands",
]
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-1, 101)
    | st.text(max_size=3)
    | st.sampled_from(["spent", "spent / 0", "proportional", "x + 1", "money"])
)
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner, max_size=4), max_leaves=12
)


def places(node, way=()):
    """The way to everything in nested data."""
    yield way
    steps_ = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, inner in steps_:
        yield from places(inner, (*way, step))


def with_at(node, way, put):
    """Nested data with one place taken by something else."""
    if not way:
        return put
    inner = with_at(node[way[0]], way[1:], put)
    if isinstance(node, dict):
        return node | {way[0]: inner}
    return [*node[: way[0]], inner, *node[way[0] + 1 :]]


def is_refused(data):
    try:
        return not Scheme.model_validate(data)
    except ValidationError:
        return True


@steady(400)
@given(st.sampled_from(list(places(TINY))), trees)
def test_whatever_stands_in_a_scheme_file_is_read_or_told_with_its_place(way, put):
    data = with_at(tiny_data(), way, put)
    faults = meaning_faults(data)
    try:
        Scheme.model_validate(data, context=STRUCTURE_ONLY)
    except ValidationError as error:
        faults += structure_faults(error)
    else:
        assert is_refused(data) is bool(faults)

    assert all(isinstance(fault, Fault) and fault.message for fault in faults)


WRITTEN = write(tiny_file()).encode()


@steady()
@given(st.integers(0, len(WRITTEN)), st.integers(0, 40), st.binary(max_size=8))
def test_whatever_happened_to_a_file_it_is_read_or_refused_in_words(start, length, put):
    try:
        file = read(WRITTEN[:start] + put + WRITTEN[start + length :])
    except DomainError as error:
        assert str(error)
    else:
        assert isinstance(file, ExchangeFile)
