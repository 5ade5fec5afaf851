"""The client's modules import each other in one direction."""

from graphlib import TopologicalSorter

import grimp


def test_the_client_has_no_import_circle() -> None:
    """Imports inside functions and for type checkers count too; import-linter only checks siblings."""
    graph = grimp.build_graph("sendblue_api", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(imports) > 30
    TopologicalSorter(imports).prepare()  # raises CycleError, which names the modules
