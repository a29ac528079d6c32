"""The grammar of an aggregate is the same in all five services: nouns, parts, decisions, policy."""

import ast
import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.aggregate import Aggregate
from shared.clocks import Timed, TimedPolicy
from shared.contracts.roles import Role
from shared.lifecycle import Lifecycle
from shared.service import Service

SERVICES = Path(__file__).parents[2] / "services"
SHARED = Path(__file__).parents[2] / "shared/src/shared"
NAMES = ("aftersales", "complaints", "intake", "notify", "orders")
KERNEL = {"shared.aggregate.Aggregate", "shared.clocks.Timed"}
BANNED = {"manager", "helper", "helpers", "util", "utils", "data", "info", "process", "base"}
TERM = re.compile(r"(^|_)(days|months|hours|minutes)($|_)")
VAGUE = re.compile(r"\b(nobody|somebody|anybody|whoever)\b", re.IGNORECASE)
GIVEN_BY_THE_CAUSE = {"at", "by", "actor"}
"""Parameters that would be a second source of who and when. Real time, for leases, is called `now` (ADR 13)."""


def source(name: str) -> Path:
    return SERVICES / name / "src" / name


def trees(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(folder.rglob("*.py")):
        yield file, ast.parse(file.read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions of a module, not those inside of classes or of functions."""
    return (node for node in tree.body if isinstance(node, ast.FunctionDef))


def changes(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it says that it returns a Change, or maybe one."""
    return function.returns is not None and any(map(_is_change, _members(function.returns)))


def _members(annotation: ast.expr) -> list[ast.expr]:
    """Each of a union's types; of another annotation itself."""
    if isinstance(annotation, ast.BinOp):
        return [*_members(annotation.left), *_members(annotation.right)]
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).split(".")[-1] in ("Optional", "Union"):
        inner = annotation.slice
        return [each for part in (inner.elts if isinstance(inner, ast.Tuple) else [inner]) for each in _members(part)]
    return [annotation]


def _is_change(annotation: ast.expr) -> bool:
    """A Change, or a function that returns one: `Callable[[Order], Change[Order]]`, `Decision[Order]`."""
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).split(".")[-1] == "Callable":
        given = annotation.slice
        return isinstance(given, ast.Tuple) and any(map(_is_change, _members(given.elts[-1])))
    named = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    word = ast.unparse(named).split(".")[-1].strip("'\"")
    return word.startswith("Change") or word == "Decision"


def parameters(function: ast.FunctionDef) -> list[str]:
    """All parameters in order, those that are given by name alone last."""
    arguments = function.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def where(file: Path, node: ast.AST) -> str:
    return f"{file.relative_to(SERVICES.parent)}:{getattr(node, 'lineno', 0)}"


def everything() -> Iterator[tuple[Path, ast.Module]]:
    for name in NAMES:
        yield from trees(source(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_domain_has_nouns_on_top_and_parts_decisions_and_policy_in_folders(name: str) -> None:
    folders = {
        path.name for path in (source(name) / "domain").iterdir() if path.is_dir() and path.name != "__pycache__"
    }
    assert folders >= {"parts", "decisions", "policy"}


def test_no_aggregate_inherits_from_an_aggregate() -> None:
    known = {name: bases for file, tree in everything() for name, bases in classes(file, tree)}
    aggregates = {name for name, bases in known.items() if KERNEL & bases}
    assert len(aggregates) > 40
    assert {name for name, bases in known.items() if aggregates & bases} == set()


def classes(file: Path, tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """Every class by the full names of it and of what it inherits, however they were imported."""
    module = ".".join(file.with_suffix("").parts).rpartition(".src.")[2]
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
        elif isinstance(node, ast.Import):
            names |= {each.asname or each.name: each.name for each in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield f"{module}.{node.name}", {_full(base, names, module) for base in node.bases}


def _full(base: ast.expr, names: dict[str, str], module: str) -> str:
    plain = base.value if isinstance(base, ast.Subscript) else base
    first, _, rest = ast.unparse(plain).partition(".")
    return names.get(first, f"{module}.{first}") + (f".{rest}" if rest else "")


def test_a_noun_has_state_and_questions_and_decides_nothing() -> None:
    verbs = [
        f"{where(file, node)} {node.name}"
        for name in NAMES
        for file in sorted((source(name) / "domain").glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and changes(node)
    ]
    assert verbs == []


def test_a_part_decides_nothing_either() -> None:
    verbs = [
        f"{where(file, node)} {node.name}"
        for name in NAMES
        for file, tree in trees(source(name) / "domain/parts")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and changes(node)
    ]
    assert verbs == []


def test_a_noun_and_a_part_never_answer_themselves_changed() -> None:
    """What is to change is a decision's: it makes the changed copy, or calls a function that stands beside it."""
    nouns = [file for name in NAMES for file in sorted((source(name) / "domain").glob("*.py"))]
    parts = [file for name in NAMES for file, _ in trees(source(name) / "domain/parts")]
    changed = [
        f"{where(file, method)} {klass.name}.{method.name}"
        for file in (*nouns, *parts, SHARED / "parking/parked.py")
        for klass in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(klass, ast.ClassDef)
        for method in klass.body
        if isinstance(method, ast.FunctionDef) and not made_by_the_class(method)
        if copies_itself(method) or klass.name in types_of(method) or "Self" in types_of(method)
    ]
    assert changed == []


def made_by_the_class(method: ast.FunctionDef) -> bool:
    """A birth from something else, or a check of pydantic's, which answers itself as it is."""
    marks = " ".join(map(ast.unparse, method.decorator_list))
    return "classmethod" in marks or "validator" in marks


def copies_itself(method: ast.FunctionDef) -> bool:
    calls = (node.func for node in ast.walk(method) if isinstance(node, ast.Call))
    return any(ast.unparse(call) in ("self.but", "self.amended") for call in calls)


def types_of(method: ast.FunctionDef) -> set[str]:
    """The names in what a method says that it returns, also those in quotes."""
    if method.returns is None:
        return set()
    quoted = [node.value for node in ast.walk(method.returns) if isinstance(node, ast.Constant)]
    plain = [node.id for node in ast.walk(method.returns) if isinstance(node, ast.Name)]
    return {word for each in (*quoted, *plain) for word in str(each).replace("[", " ").replace("]", " ").split()}


def decisions() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for name in NAMES:
        for file, tree in trees(source(name) / "domain/decisions"):
            for function in functions(tree):
                if changes(function) and not function.name.startswith("_"):
                    yield file, function


def test_a_decision_has_its_cause_last_and_no_other_source_of_who_and_when() -> None:
    found = list(decisions())
    assert len(found) > 150
    wrong = [
        f"{where(file, function)} {function.name}" for file, function in found if parameters(function)[-1] != "cause"
    ]
    assert wrong == []
    told_twice = [
        f"{where(file, function)} {function.name}"
        for file, function in found
        for each in (*function.args.args, *function.args.kwonlyargs)
        if each.arg in GIVEN_BY_THE_CAUSE and each.annotation and "UUID" not in ast.unparse(each.annotation)
    ]
    assert told_twice == []


def test_a_public_function_among_the_decisions_decides_or_refuses() -> None:
    """It returns a Change, or nothing where it only refuses; the changed copy of a part is made beside that part."""
    others = [
        f"{name}/{file.stem}.{function.name}"
        for name in NAMES
        for file, tree in trees(source(name) / "domain/decisions")
        for function in functions(tree)
        if not function.name.startswith("_") and not changes(function)
        if function.returns is None or ast.unparse(function.returns) != "None"
    ]
    assert others == []


def test_decisions_are_functions_and_not_methods() -> None:
    methods = [
        f"{where(file, node)} {node.name}"
        for name in NAMES
        for file, tree in trees(source(name) / "domain")
        for klass in ast.walk(tree)
        if isinstance(klass, ast.ClassDef)
        for node in klass.body
        if isinstance(node, ast.FunctionDef) and changes(node)
    ]
    assert methods == []


def test_what_a_domain_builds_names_every_field_and_what_events_share_is_a_part_that_they_inherit() -> None:
    """`Event.of(part, field=…)` and `but(field=…)`. Only a field whose name is itself a value is given by a mapping."""
    splats = [
        f"{where(file, node)} **{ast.unparse(each.value)}"
        for file, tree in domains()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for each in node.keywords
        if each.arg is None and not named_by_a_value(each.value)
    ]
    assert splats == []


def test_a_decision_changes_what_is_named_by_amended_which_knows_the_fields() -> None:
    """A dictionary made on the spot and read as an aggregate or a part would lose a misspelt field."""
    read = [
        where(file, node)
        for file, tree in domains()
        if {"decisions", "parts"} & set(file.parts)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "model_validate"
        if node.args and isinstance(node.args[0], ast.Dict | ast.DictComp | ast.BinOp)
    ]
    assert read == []


def named_by_a_value(mapping: ast.expr) -> bool:
    keys = [mapping.key] if isinstance(mapping, ast.DictComp) else getattr(mapping, "keys", [None])
    return all(key is not None and not isinstance(key, ast.Constant) for key in keys)


def test_what_a_noun_or_a_decision_answers_has_a_type_for_every_field() -> None:
    loose = [
        f"{where(file, node)} {node.name}"
        for file, tree in domains()
        for node in ast.walk(tree)
        if (isinstance(node, ast.ClassDef) and "TypedDict" in map(ast.unparse, node.bases))
        or (
            isinstance(node, ast.FunctionDef)
            and node.returns
            and ast.unparse(node.returns) in ("dict[str, Any]", "dict[str, object]")
            and file.parent.name in ("domain", "decisions")
        )
    ]
    assert loose == []


def domains() -> Iterator[tuple[Path, ast.Module]]:
    for name in NAMES:
        yield from trees(source(name) / "domain")
    yield SHARED / "clocks.py", ast.parse((SHARED / "clocks.py").read_text(encoding="utf-8"))


def test_what_the_kernel_decides_about_a_parked_message_is_a_function_too() -> None:
    methods = [
        f"{where(file, node)} {node.name}"
        for file, tree in trees(SHARED / "parking")
        for klass in ast.walk(tree)
        if isinstance(klass, ast.ClassDef)
        for node in klass.body
        if isinstance(node, ast.FunctionDef) and changes(node)
    ]
    assert methods == []


def test_what_is_frozen_is_changed_by_but_alone() -> None:
    copies = [
        where(file, node)
        for file, tree in everything()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "model_copy"
    ]
    assert copies == []


def test_no_import_hides_from_the_linter() -> None:
    hidden = [
        str(file.relative_to(folder))
        for folder in (SHARED, *(source(name) for name in NAMES))
        for file in sorted(folder.rglob("*.py"))
        if "TYPE_CHECKING" in file.read_text(encoding="utf-8")
    ]
    assert hidden == []


def test_no_test_patches_a_name_by_string() -> None:
    """What a test has to be otherwise is given as an argument: a name in a string is seen by no type checker."""
    patched = [
        f"{where(file, node)} {ast.unparse(node)}"
        for file, tree in trees(Path(__file__).parents[1])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"setattr", "delattr", "patch"}
        if node.args and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert patched == []


def test_no_module_is_named_by_a_word_that_says_nothing() -> None:
    named = [
        str(file.relative_to(SERVICES))
        for file, _ in everything()
        if BANNED & set(file.stem.split("_")) or BANNED & {part for part in file.parts if part in BANNED}
    ]
    assert named == []


def test_a_docstring_names_its_subject() -> None:
    """The broker, the recipient, the colleague: a reader does not look for who is meant (CONTRIBUTING)."""
    vague = [
        f"{where(file, node)} {word[0]}"
        for folder in (SHARED, *(source(name) for name in NAMES))
        for file, tree in trees(folder)
        for node in ast.walk(tree)
        if said(node) and (word := VAGUE.search(ast.unparse(node)))
    ]
    assert vague == []


def test_a_number_with_a_name_says_what_it_counts() -> None:
    """The unit stands below it: seconds, bytes, characters, documents."""
    silent = [
        f"{where(file, node)} {ast.unparse(node)}"
        for folder in (SHARED, *(source(name) for name in NAMES))
        for file, tree in trees(folder)
        for node, following in zip(tree.body, [*tree.body[1:], None], strict=True)
        if isinstance(node, ast.Assign | ast.AnnAssign) and number(node.value) and not said(following)
    ]
    assert silent == []


@pytest.mark.parametrize("name", NAMES)
def test_a_number_has_a_name_of_its_own_in_shared_and_the_service(name: str) -> None:
    """What is counted stands in the name: `SHOWN` would be customers on one page and surveys on another one."""
    places: dict[str, list[str]] = {}
    for file, tree in (*trees(SHARED), *trees(source(name))):
        for node in tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and (number(node.value) or span(node.value)):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                places.setdefault(ast.unparse(target), []).append(str(file.relative_to(SERVICES.parent)))
    several = {word: files for word, files in places.items() if len(files) > 1}
    assert several == {}


def span(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "timedelta"


def number(value: ast.expr | None) -> bool:
    if isinstance(value, ast.BinOp):
        return number(value.left) and number(value.right)
    return isinstance(value, ast.Constant) and type(value.value) in (int, float)


def said(node: ast.stmt | None) -> bool:
    """Whether it is a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


NO_VERBS = {"due", "done", "balance", "announcement", "reminder"}
"""Nouns and participles that do not show it by their ending."""


@pytest.mark.parametrize("name", NAMES)
def test_a_decision_is_named_by_an_imperative_verb(name: str) -> None:
    first = {
        f"{where(file, function)} {function.name}": function.name.split("_")[0]
        for file, function in decisions()
        if source(name) in file.parents
    }
    assert {each for each, word in first.items() if word.endswith(("ed", "ing")) or word in NO_VERBS} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_module_of_decisions_defines_no_type(name: str) -> None:
    types = [
        f"{where(file, node)} {node.name}"
        for file, tree in trees(source(name) / "domain/decisions")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    assert types == []


@pytest.mark.parametrize("name", NAMES)
def test_where_something_stands_is_its_stage_by_one_word(name: str) -> None:
    """A field of an aggregate or of a part; `status` of a receipt is a provider's own word for it."""
    other = {
        f"{file.stem}.{word}"
        for file, tree in trees(source(name) / "domain")
        for node in ast.walk(tree)
        for word in stage_words(node)
    }
    assert other - {"receipt.status"} == set()


def stage_words(node: ast.AST) -> Iterator[str]:
    """Other words for a stage that a class, an alias or a field has for its name."""
    if isinstance(node, ast.ClassDef):
        fields = (each.target for each in node.body if isinstance(each, ast.AnnAssign))
        names = [node.name, *(ast.unparse(field) for field in fields)]
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        names = [node.targets[0].id]
    else:
        names = []
    yield from (each for each in names if each in ("state", "status") or each.endswith(("State", "Status")))


@pytest.mark.parametrize("name", NAMES)
def test_what_every_service_has_stands_in_the_same_place(name: str) -> None:
    places = ("timers.py", "store.py", "settings.py", "api/readers.py", "domain/lifecycle.py", "domain/roles.py")
    assert [place for place in places if not (source(name) / place).exists()] == []
    tables = {
        str(file.relative_to(source(name)))
        for file, tree in trees(source(name))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Lifecycle"
    }
    assert tables == {"domain/lifecycle.py"}


@pytest.mark.parametrize("name", NAMES)
def test_the_clocks_of_a_service_s_policy_are_checked_in_one_place(name: str) -> None:
    policy = importlib.import_module(f"{name}.settings").POLICY
    assert issubclass(policy.kind, TimedPolicy)
    assert all(version.clocks for version in policy.read())


@pytest.mark.parametrize("name", NAMES)
def test_a_term_in_a_policy_has_a_bound_so_that_every_day_it_leads_to_is_one_of_the_calendar(name: str) -> None:
    terms = [
        node
        for _, tree in trees(source(name) / "domain" / "policy")
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign)
        and TERM.search(ast.unparse(node.target))
        and "int" in ast.unparse(node.annotation).split()
    ]
    bounded = [
        node
        for node in terms
        if isinstance(node.value, ast.Call) and "le" in {keyword.arg for keyword in node.value.keywords}
    ]
    assert list(map(ast.unparse, terms)) == list(map(ast.unparse, bounded))


@pytest.mark.parametrize("name", NAMES)
def test_a_class_name_has_one_meaning_in_shared_and_the_service(name: str) -> None:
    """Contracts beside the common vocabulary are each publisher's own: a service imports those that it needs."""
    common = {SHARED / "contracts" / f"{each}.py" for each in ("deadline", "event", "roles", "tampering", "vocabulary")}
    shared = [each for each in trees(SHARED) if each[0] in common or SHARED / "contracts" not in each[0].parents]
    places: dict[str, list[str]] = {}
    for file, tree in (*shared, *trees(source(name))):
        for word in words(tree):
            places.setdefault(word, []).append(str(file.relative_to(SERVICES.parent)))
    assert {word: files for word, files in places.items() if len(files) > 1} == {}


def words(tree: ast.Module) -> Iterator[str]:
    """The classes and types of a module; type variables of one letter do not count."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            word = node.targets[0].id
            if word[0].isupper() and not word.isupper():
                yield word


def test_every_answer_about_an_aggregate_with_stages_shows_what_is_possible(
    built_services: tuple[Service, ...],
) -> None:
    silent = {
        f"{name}: {answer}"
        for service in built_services
        for name, answer, schema in answers(service)
        if {"stage", "state", "status"} & schema.keys() and "possible" not in schema
    }
    assert silent == {
        # what a customer sees, on whose side nothing is decided
        "complaints: CustomerView",
        # a stage of a route, and how a message was received: no aggregate
        "orders: PaceRow",
        "notify: ReceiptView",
        # the kernel's own: HTTP status codes
        *(f"{name}: {answer}" for name in NAMES for answer in ("AuditView", "Problem")),
    }


def test_what_is_possible_is_answered_in_one_form(built_services: tuple[Service, ...]) -> None:
    """The decisions that people may make now, each with the roles that may: never one without a role."""
    forms = [
        schema["possible"]["items"]
        for service in built_services
        for schema in (each.get("properties", {}) for each in service.app.openapi()["components"]["schemas"].values())
        if "possible" in schema
    ]
    assert len(forms) > 40
    assert [each for each in forms if each != {"$ref": "#/components/schemas/Possible"}] == []
    roles = {
        service.name: service.app.openapi()["components"]["schemas"]["Possible"]["properties"]["roles"]["minItems"]
        for service in built_services
    }
    assert roles == dict.fromkeys(NAMES, 1)


@pytest.mark.parametrize("name", NAMES)
def test_the_kind_of_a_deadline_has_one_name_in_a_service(name: str) -> None:
    """A constant, where it is set, ended, asked for and decided on: a misspelt kind would wait for ever."""
    spelt = {
        f"{where(file, node)} {word.value}"
        for file, tree in trees(source(name))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in KINDS_STAND
        for word in node.args[KINDS_STAND[ast.unparse(node.func).split(".")[-1]]]
        if isinstance(word, ast.Constant) and isinstance(word.value, str)
    }
    assert spelt == set()


KINDS_STAND = {"awaiting": slice(0, 1), "done_with": slice(0, None), "deadline": slice(0, 1), "at": slice(1, 2)}
"""Where the kinds of deadlines stand among what these calls are given."""


@pytest.mark.parametrize("name", NAMES)
def test_the_stage_of_an_aggregate_changes_along_its_lifecycle_alone(name: str) -> None:
    """`@follows(…)` has every change of the stage looked up in the table, in each test and in production."""
    staged = {kind for kind in aggregates(name) if {"stage", "state", "status"} & kind.model_fields.keys()}
    assert staged
    assert {kind.__name__ for kind in staged if kind.followed is None} == set()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_born_stands_where_its_lifecycle_starts(name: str) -> None:
    """Where a table is chosen by the aggregate, as that of an order by its route, the decision says the stage."""
    followed = [(kind, kind.followed) for kind in aggregates(name) if kind.followed]
    tables = [(kind, each.field, each.table) for kind, each in followed if isinstance(each.table, Lifecycle)]
    assert tables
    born = {kind.__name__: kind.model_fields[field].default for kind, field, _ in tables}
    assert born == {kind.__name__: table.start for kind, _, table in tables}


def test_every_aggregate_with_clocks_explains_them_at_an_address_of_its_own(
    built_services: tuple[Service, ...],
) -> None:
    explained = {
        service.name: sum(path.endswith("/clocks") for path in service.app.openapi()["paths"])
        for service in built_services
    }
    assert explained == {name: sum(issubclass(kind, Timed) for kind in aggregates(name)) for name in NAMES}


def aggregates(name: str) -> list[type[Aggregate]]:
    """The aggregates of a service, after all of its domain has been imported."""
    domain = importlib.import_module(f"{name}.domain")
    for module in pkgutil.walk_packages(domain.__path__, f"{domain.__name__}."):
        importlib.import_module(module.name)
    return [kind for kind in offspring(Aggregate) if kind.__module__.startswith(f"{name}.")]


def offspring(kind: type[Aggregate]) -> Iterator[type[Aggregate]]:
    for each in kind.__subclasses__():
        yield each
        yield from offspring(each)


def answers(service: Service) -> Iterator[tuple[str, str, dict[str, object]]]:
    """The schemas of a service's answers, with its name and theirs."""
    for answer, schema in service.app.openapi()["components"]["schemas"].items():
        if answer.endswith(("View", "Row", "Problem")):
            yield service.name, answer, schema.get("properties", {})


def groups() -> Iterator[tuple[str, frozenset[Role]]]:
    """Each group of roles with its name, as the services and the contracts name it."""
    for module in ("shared.contracts.roles", *(f"{name}.domain.roles" for name in NAMES)):
        for word, value in vars(importlib.import_module(module)).items():
            if word.isupper() and isinstance(value, tuple):
                yield word, frozenset(value)


def test_one_name_of_a_group_of_roles_means_one_set_and_one_set_has_one_name() -> None:
    named, names = defaultdict(set), defaultdict(set)
    for name, roles in groups():
        named[name].add(roles)
        names[roles].add(name)
    assert {name: sets for name, sets in named.items() if len(sets) > 1} == {}
    assert [sorted(words) for words in names.values() if len(words) > 1] == []
