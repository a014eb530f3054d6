"""Files of customers onto lists."""

from dialer.store.list_import.importing import ImportReport, ImportRequest, import_list
from dialer.store.list_import.problems import LineProblem, ListFileWrong

__all__ = ["ImportReport", "ImportRequest", "LineProblem", "ListFileWrong", "import_list"]
