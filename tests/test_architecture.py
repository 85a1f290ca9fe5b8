"""The plan of the house, read from its imports: floors in order, no cycles, one door a library, quick to start."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest

import clinicsim

ROOT = Path(clinicsim.__file__).parent
FLOORS = ["errors", "scenario", "model", "measures", "experiment", "report", "cli"]
DOORS = {
    "pydantic": ["clinicsim.scenario"],
    "pydantic_core": ["clinicsim.scenario"],
    "yaml": ["clinicsim.scenario"],
    "simpy": ["clinicsim.model"],
    "numpy": ["clinicsim.model", "clinicsim.measures", "clinicsim.experiment", "clinicsim.report"],
    "SALib": ["clinicsim.experiment.procedures"],
    "scipy": ["clinicsim.model", "clinicsim.experiment"],
    "pandas": ["clinicsim.experiment", "clinicsim.report"],
    "distributed": ["clinicsim.experiment.cluster"],
    "altair": ["clinicsim.report"],
    "pyarrow": ["clinicsim.report"],
    "vl_convert": ["clinicsim.report"],
    "jinja2": ["clinicsim.report"],
    "docx": ["clinicsim.report"],
    "xlsxwriter": ["clinicsim.report"],
    "markupsafe": ["clinicsim.report"],
    "click": ["clinicsim.cli"],
    "rich": ["clinicsim.cli"],
    "random": ["clinicsim.model.streams"],
    "numpy.random": ["clinicsim.model.streams"],
}
"""Where a library may come in, by its longest name that stands here; what stands nowhere may not come in at all."""
HEAVY = ["pandas", "altair", "scipy.stats", "vl_convert", "jinja2"]
LONGEST_FILE = 700


@dataclass(frozen=True)
class Import:
    """One import: from where, of what, and whether it happens when the module is loaded."""

    importer: str
    imported: str
    at_load: bool


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for path in sorted(ROOT.rglob("*.py"))}


def is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def nodes(tree: ast.AST, at_load: bool = True) -> Iterator[tuple[ast.AST, bool]]:
    """Every node that runs, and whether it runs when the module is loaded."""
    for child in ast.iter_child_nodes(tree):
        if is_for_type_checkers(child):
            continue
        in_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield child, at_load
        yield from nodes(child, at_load and not in_function)


def names_imported(node: ast.AST, module: str, path: Path) -> Iterator[str]:
    """The full dotted names that an import statement (or a use of `np.random`) brings in."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        above = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
        start = ".".join(filter(None, [above, node.module])) if node.level else str(node.module)
        yield from (f"{start}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Attribute) and ast.unparse(node) in {"np.random", "numpy.random"}:
        yield "numpy.random"


def imports_of(module: str, path: Path) -> Iterator[Import]:
    for node, at_load in nodes(ast.parse(path.read_text(encoding="utf-8"))):
        for name in names_imported(node, module, path):
            yield Import(module, name, at_load)


IMPORTS = [found for module, path in FILES.items() for found in imports_of(module, path)]


def resolve(name: str) -> str:
    """The module of the house that a dotted name comes from; a public name comes from its floor."""
    public = name.removeprefix("clinicsim.")
    if public in clinicsim._HOMES:
        return clinicsim._HOMES[public]
    while name not in FILES:
        name = name.rpartition(".")[0]
    return name


def floor_of(module: str) -> int:
    """The number of a module's floor; the map is below all, `python -m clinicsim` above all."""
    if module == "clinicsim":
        return -1
    return [*FLOORS, "__main__"].index(module.split(".")[1])


def door_of(library: str) -> list[str]:
    while library and library not in DOORS:
        library = library.rpartition(".")[0]
    return DOORS.get(library, [])


def is_inside(module: str, door: str) -> bool:
    return module == door or module.startswith(f"{door}.")


def test_every_module_stands_on_a_floor():
    places = {module.split(".")[1] for module in FILES if "." in module}
    assert places == {*FLOORS, "__main__"}


def test_imports_go_down():
    upward = [
        f"{found.importer} imports {found.imported}"
        for found in IMPORTS
        if found.imported.startswith("clinicsim")
        and floor_of(resolve(found.imported)) > floor_of(found.importer)
        and found.importer != "clinicsim"
    ]
    assert upward == []


def test_the_map_imports_nothing_of_the_house_when_loaded():
    assert [
        found for found in IMPORTS if found.importer == "clinicsim" and found.imported.startswith("clinicsim")
    ] == []


def cycle_from(graph: dict[str, set[str]]) -> list[str]:
    """One cycle of the graph as a list that ends where it starts, or nothing."""
    done: set[str] = set()

    def walk(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return []
        for following in sorted(graph.get(module, ())):
            if found := walk(following, [*path, module]):
                return found
        done.add(module)
        return []

    return next((found for module in sorted(graph) if (found := walk(module, []))), [])


def test_the_search_for_cycles_finds_one():
    assert cycle_from({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert cycle_from({"a": {"b", "c"}, "b": {"c"}}) == []


def test_no_cycles():
    graph: dict[str, set[str]] = {}
    for found in IMPORTS:
        if found.at_load and found.imported.startswith("clinicsim."):
            graph.setdefault(found.importer, set()).add(resolve(found.imported))
    assert cycle_from(graph) == []


def test_libraries_come_in_by_their_doors():
    elsewhere = [
        f"{found.importer} imports {found.imported}"
        for found in IMPORTS
        if (top := found.imported.split(".")[0]) != "clinicsim"
        and (top not in sys.stdlib_module_names or door_of(found.imported))
        and not any(is_inside(found.importer, door) for door in door_of(found.imported))
    ]
    assert elsewhere == []


def modules_loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running the code."""
    program = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


HELP = """
import runpy
sys.argv = ["clinicsim", "--help"]
try:
    runpy.run_module("clinicsim", run_name="__main__")
except SystemExit as end:
    assert not end.code
"""


@pytest.mark.parametrize(
    "code", ["import clinicsim", HELP, "import clinicsim.experiment.work"], ids=["map", "help", "worker"]
)
def test_starts_without_the_heavy_libraries(code):
    assert modules_loaded_by(code).isdisjoint(HEAVY)


def test_the_map_loads_no_floor():
    assert not any(name.startswith("clinicsim.") for name in modules_loaded_by("import clinicsim"))


def test_public_names_are_there():
    for name, home in clinicsim._HOMES.items():
        assert getattr(clinicsim, name) is getattr(import_module(home), name)
    assert set(clinicsim.__all__) <= set(dir(clinicsim))
    with pytest.raises(AttributeError, match="no attribute 'nurse'"):
        _ = clinicsim.nurse


def test_public_names_are_the_same_for_type_checkers():
    tree = ast.parse(FILES["clinicsim"].read_text(encoding="utf-8"))
    block = next(node for node in tree.body if is_for_type_checkers(node))
    told = {
        alias.asname: node.module
        for node in ast.walk(block)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told == clinicsim._HOMES


def test_the_map_lists_the_floors_in_order():
    places = [clinicsim.__doc__.index(f"\n    {floor} ") for floor in FLOORS]
    assert all(before < after for before, after in pairwise(places))


@pytest.mark.parametrize("module", FILES)
def test_modules_say_what_belongs_in_them(module):
    source = FILES[module].read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source))
    assert source.count("\n") <= LONGEST_FILE


@pytest.mark.untraced
def test_a_test_marked_untraced_is_not_traced():
    """Tells something where the suite runs with --cov: in a worker of xdist two measurements run at once."""
    coverage = pytest.importorskip("coverage")
    assert coverage.Coverage.current() is None
