"""The house as a whole: its folders are there, its pages tell the truth, and no developer's machine is named in it."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from assessment.domain import exchange
from assessment.domain.canonical import canonical_json

ROOT = Path(settings.BASE_DIR)
#: What a newcomer finds where README and ADR 0001 say; what does not exist yet is not asked for.
HOUSE = [
    "manage.py", "requirements.txt", "requirements-dev.txt", "pyproject.toml", "docker-compose.yml", "Dockerfile", "README.md",
    "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", ".ci/run", "script/setup", "script/server", "script/test",
    "config/settings.py", "config/urls.py", "config/celery.py", "config/wsgi.py", "units", "assessment/domain",
    "assessment/models", "assessment/services", "assessment/forms", "assessment/views", "assessment/admin",
    "assessment/permissions.py", "assessment/urls.py", "assessment/management/commands", "reports", "schemes", "templates",
    "static", "tests", "docs/adr", "docs/workflow.md",
]  # fmt: skip
APPS = ("config", "units", "assessment", "reports")
PAGES = [
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/filing-format.md", "docs/manual-unit.md", "docs/operations.md",
    "docs/workflow.md",
]  # fmt: skip
#: Written so that this file does not hold what it looks for.
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E)\b")
MACHINE = re.compile(r"(?<![\w.-])/(?:work|root|home)/[\w.-]")


def tracked() -> list[Path]:
    """Every file of the project: those in git, and those about to be."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> dict[str, str]:
    """Every text file by its path."""
    found = {}
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data:
            found[str(path.relative_to(ROOT))] = data.decode("utf-8")
    return found


def modules() -> list[str]:
    """Our modules, without migrations and empty package files."""
    names = (str(path.relative_to(ROOT)) for path in tracked() if path.suffix == ".py" and path.stat().st_size)
    return sorted(name for name in names if name.split("/")[0] in APPS and "/migrations/" not in name)


def pages() -> list[str]:
    """The English pages, and the manual, which is Chinese."""
    return [*PAGES, *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs" / "adr").glob("*.md"))]


def quoted(page: str) -> list[str]:
    """What stands in backticks in running text."""
    text = re.sub(r"^( *)```.*?^\1```", "", (ROOT / page).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", text)


def test_every_part_of_the_house_is_there():
    assert [name for name in HOUSE if not (ROOT / name).exists()] == []


def test_every_module_says_in_a_sentence_what_it_is_for():
    silent = [name for name in modules() if not (ast.get_docstring(ast.parse((ROOT / name).read_text("utf-8"))) or "").strip()]

    assert silent == []
    assert len(modules()) > 80


def test_nothing_is_left_for_later_and_no_machine_is_named():
    found = [
        f"{name}: {match[0]}" for name, text in texts().items() for pattern in (UNFINISHED, MACHINE) for match in pattern.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["# TO" + "DO: later", "see FIX" + "ME", 'open("/ro' + 'ot/x")', "/wo" + "rk/main", "cd /ho" + "me/somebody"]
)
def test_the_search_finds_what_it_looks_for(text: str):
    assert UNFINISHED.search(text) or MACHINE.search(text)


@pytest.mark.parametrize("page", pages())
def test_every_path_that_a_page_names_exists(page: str):
    """In backticks with a slash, from the top of the tree; a command's first word too."""
    words = [word.split()[0] for word in quoted(page)]
    known = {path.name for path in ROOT.iterdir()}
    named = [word for word in words if "/" in word and word.split("/")[0] in known]

    assert [word for word in named if not (ROOT / word.rstrip("/")).exists()] == []


@pytest.mark.parametrize("page", pages())
def test_every_link_of_a_page_leads_somewhere(page: str):
    """But for the pictures: they are made from the running demo."""
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text("utf-8"))
    leading = [link for link in links if not link.endswith(".png")]

    assert [link for link in leading if not ((ROOT / page).parent / link).exists()] == []


def test_every_management_command_that_a_page_names_exists():
    named = {(page, name) for page in pages() for name in re.findall(r"manage\.py ([a-z_]+)", (ROOT / page).read_text("utf-8"))}
    assert {name for _, name in named} >= {"add_department", "load_scheme", "verify_record", "export_filing", "import_filing"}
    assert sorted(item for item in named if item[1] not in get_commands()) == []


def test_the_readme_shows_the_four_desks_and_says_what_is_on_each_picture():
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))

    assert [path for _, path in pictures] == [f"docs/pictures/{name}.png" for name in ("unit", "office", "public", "paper")]
    assert [words for words, _ in pictures if len(words) < 20] == []


def test_each_picture_of_the_manual_is_there_is_small_and_says_what_is_on_it():
    page = (ROOT / "docs" / "manual-unit.md").read_text("utf-8")
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page)
    sizes = {path: (ROOT / "docs" / path).stat().st_size for _, path in pictures}

    assert sorted(sizes) == sorted(f"pictures/{path.name}" for path in (ROOT / "docs" / "pictures").glob("manual-*.png"))
    assert {path: size for path, size in sizes.items() if size > 150 * 1024} == {}
    assert [words for words, _ in pictures if len(words) < 15] == []


def test_every_link_within_the_manual_leads_to_a_heading():
    """A heading's address keeps its letters, with spaces as strokes and without punctuation."""
    page = (ROOT / "docs" / "manual-unit.md").read_text("utf-8")
    headings = {re.sub(r"[^\w -]", "", text).replace(" ", "-") for text in re.findall(r"^#+ (.+)$", page, re.MULTILINE)}

    assert [link for link in re.findall(r"\]\(#([^)]+)\)", page) if link not in headings] == []


def test_the_readme_names_the_scripts_and_they_can_be_run():
    block = re.search(r"```\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert block

    assert block[1].splitlines() == ["script/server", "script/test"]
    assert [name for name in block[1].splitlines() if not (ROOT / name).stat().st_mode & 0o111] == []


def format_page(language: str) -> str:
    """The one code block in ``language`` of the page on the filing format."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / "filing-format.md").read_text("utf-8"), re.DOTALL)
    return str(block)


def test_the_example_of_the_format_page_is_a_whole_exchange_file():
    file = exchange.read(format_page("json").encode())

    assert file.model_dump(mode="json") == json.loads(format_page("json"))
    assert file.content.unit.name == "某市就业服务中心"


@pytest.mark.parametrize(
    ("change", "answer"), [(("", ""), "holds"), (('"final_total": "983.5"', '"final_total": "984.5"'), "does not hold: ")]
)
def test_the_five_lines_of_the_format_page_tell_whether_a_digest_holds(tmp_path: Path, change: tuple[str, str], answer: str):
    text = format_page("json").replace(*change)
    (tmp_path / "filing.json").write_text(text, "utf-8")
    content = json.loads(text)["content"]

    done = subprocess.run(
        [sys.executable, "-I", "-c", format_page("python"), str(tmp_path / "filing.json")], capture_output=True, text=True, check=True
    )

    found = "" if answer == "holds" else exchange.digest(canonical_json(content))
    assert done.stdout == f"{answer}{found}\n"
    assert len([line for line in format_page("python").splitlines() if line]) == 5


@pytest.mark.parametrize(
    ("model", "heading"),
    [
        (exchange.FilingContent, "### `content`"),
        (exchange.AssessmentContent, "### `content.assessments[]`"),
        (exchange.OwnRowContent, "### `own_rows[]`"),
        (exchange.ScoreContent, "### `scores[]`"),
        (exchange.EvidenceContent, "### `evidence[]`"),
    ],
)
def test_the_format_page_lists_every_key_in_its_table(model: type[exchange.Plain], heading: str):
    page = (ROOT / "docs" / "filing-format.md").read_text("utf-8")
    table = page.split(f"\n{heading}\n\n")[1].split("\n\n")[0]

    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(model.model_fields)


def test_the_domain_imports_the_standard_library_pydantic_simpleeval_and_itself_only():
    imported = set()
    for path in (ROOT / "assessment" / "domain").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")

    outside = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}
    foreign = {name for name in outside if not f"{name}.".startswith("assessment.domain.")}
    assert {name.partition(".")[0] for name in foreign} == {"pydantic", "simpleeval"}
