"""The environment's word on the site file.

The rule: `section.key` of the site file is the variable `WAIHU_SECTION_KEY`, and a setting without a section is
`WAIHU_KEY`; the environment wins. Lists and mappings (trunks, agents, pause_reasons) are said in the file alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from dialer.config.document import Document
from dialer.config.problems import ConfigError, Problem, did_you_mean
from dialer.config.section import section_in
from dialer.config.site_file import AMI_SECRET, DATABASE_URL, SiteFile

SITE = "WAIHU_SITE"
"""Names the site file."""
PREFIX = "WAIHU_"


def variables() -> dict[str, tuple[str, ...]]:
    """Each variable with the setting that it overrides."""
    found: dict[str, tuple[str, ...]] = {}
    for name, field in SiteFile.model_fields.items():
        section = section_in(field.annotation)
        alone = field.annotation is section
        if section is None:
            found[f"{PREFIX}{name.upper()}"] = (name,)
        elif alone:
            found |= {f"{PREFIX}{name.upper()}_{key.upper()}": (name, key) for key in section.model_fields}
    return found


def with_environment(document: Document, environment: Mapping[str, str]) -> Document:
    """The site document with what the environment says of it.

    ConfigError for a variable whose name is nearly that of a setting; others that begin with WAIHU_ are left alone.
    """
    known = variables()
    problems = []
    for name, text in sorted(environment.items()):
        if name in known:
            document = document.overridden(known[name], text, f"environment {name}")
        elif name.startswith(PREFIX) and name not in (SITE, DATABASE_URL, AMI_SECRET):
            hint = did_you_mean(name, [*known, DATABASE_URL, AMI_SECRET, SITE], nearness=0.9)
            if hint:
                problems.append(Problem(f"environment {name}", 0, 0, "", f"is no setting{hint}"))
    if problems:
        raise ConfigError(problems)
    return document
