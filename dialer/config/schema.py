"""The files' JSON Schemas, for editors: every setting with its meaning, kind and default."""

from __future__ import annotations

from typing import Any, Literal

from dialer.config.campaign_file import CampaignFile
from dialer.config.inbound_file import InboundFile
from dialer.config.section import Section
from dialer.config.site_file import SiteFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FileKind = Literal["site", "campaign", "inbound"]

_MODELS: dict[FileKind, type[Section]] = {
    "site": SiteFile,
    "campaign": CampaignFile,
    "inbound": InboundFile,
}


def json_schema(kind: FileKind) -> dict[str, Any]:
    """The schema of site, campaign or inbound files, JSON Schema 2020-12.

    An editor finds it by the first line of a file: `# yaml-language-server: $schema=FILE`.
    """
    schema = _MODELS[kind].model_json_schema(mode="validation")
    return {"$schema": DIALECT, **schema, "title": f"Waihu {kind} file"}
