"""The environment's word on the site file."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.config.environment import variables
from dialer.config.load import load_site
from dialer.config.problems import ConfigError
from tests.unit.config.conftest import SITE


def test_the_variable_of_a_setting_is_its_name(site_file: Path) -> None:
    assert variables()["WAIHU_ASTERISK_HOST"] == ("asterisk", "host")
    assert variables()["WAIHU_PINS_FILE"] == ("pins_file",)
    assert not {"WAIHU_TRUNKS", "WAIHU_AGENTS", "WAIHU_PAUSE_REASONS", "WAIHU_LOG"} & variables().keys()


def test_the_environment_wins(site_file: Path) -> None:
    site_file.write_text(SITE + "web: {host: 127.0.0.5, port: 1}\n", encoding="utf-8")
    site = load_site(site_file, {"WAIHU_WEB_PORT": "81", "WAIHU_LOG_FORMAT": "json", "WAIHU_CAMPAIGNS": "x/*.yaml"})
    assert (site.web.host, site.web.port, site.log.format, site.campaigns) == ("127.0.0.5", 81, "json", "x/*.yaml")


def test_a_bad_value_is_told_at_its_variable(site_file: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_site(site_file, {"WAIHU_WEB_PORT": "x"})
    assert str(caught.value) == ("environment WAIHU_WEB_PORT: web.port: 'x' is not possible, expected a whole number")


def test_a_variable_that_is_nearly_a_setting_is_a_mistake_and_others_are_not_ours(site_file: Path) -> None:
    with pytest.raises(ConfigError, match=r"environment WAIHU_WEB_PROT: is no setting, did you mean 'WAIHU_WEB_PORT'"):
        load_site(site_file, {"WAIHU_WEB_PROT": "81"})
    load_site(site_file, {"WAIHU_BUILD_NUMBER": "81", "PATH": "/bin"})


def test_secrets_come_from_the_environment_or_a_file_and_are_never_shown(site_file: Path) -> None:
    (site_file.parent / "ami").write_text("from-file\n", encoding="utf-8")
    site_file.write_text(SITE + "asterisk: {secret_file: ami}\n", encoding="utf-8")
    by_file = load_site(site_file, {"WAIHU_DATABASE_URL": "postgresql://u:hidden@127.0.0.1/w"})
    assert (by_file.asterisk.user, by_file.asterisk.secret) == ("waihu", "from-file")
    assert by_file.database.url == "postgresql://u:hidden@127.0.0.1/w"
    assert "from-file" not in repr(by_file)
    assert "hidden" not in repr(by_file)
    by_environment = load_site(site_file, {"WAIHU_AMI_SECRET": "from-environment"})
    assert (by_environment.asterisk.user, by_environment.asterisk.secret) == ("waihu", "from-environment")


@pytest.mark.parametrize(("content", "expected"), [("", "holds nothing"), ("a\nb\n", "holds more than one line")])
def test_a_secret_file_holds_the_secret_alone(site_file: Path, content: str, expected: str) -> None:
    (site_file.parent / "url").write_text(content, encoding="utf-8")
    site_file.write_text(SITE + "database: {url_file: url}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"waihu.yaml:5: database.url_file: .*url {expected}, expected the secret"):
        load_site(site_file, {})
