"""A site on disk whose database is a real one, and `waihu` as a function: for tests of the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dialer.cli.root import app
from dialer.config.load import load_configuration
from dialer.core.policy import CampaignPolicy, SitePolicy
from tests.unit.cli.conftest import site

Waihu = Callable[..., Result]

__all__ = ["Waihu", "policies", "site", "waihu"]


@pytest.fixture
def waihu(site: Path, database_url: str) -> Waihu:
    """Runs `waihu ARGUMENTS...` in the folder of a site whose database has our schema and no rows."""
    (site / "database-url").write_text(database_url)
    file = site / "waihu.yaml"
    file.write_text(f"database: {{url_file: database-url}}\n{file.read_text(encoding='utf-8')}", encoding="utf-8")
    return lambda *arguments, stdin="": CliRunner().invoke(app, [str(one) for one in arguments], input=stdin)


def policies(site: Path) -> tuple[SitePolicy, tuple[CampaignPolicy, ...]]:
    """What the daemon makes of the site's files."""
    configuration = load_configuration(site / "waihu.yaml", {})
    return configuration.site.policy, tuple(configuration.campaigns.values())
