"""Asterisk as a bundle of Debian's packages, for machines that have none."""

import re
from pathlib import Path

from dialer.embedded.bundle import Bundle

# What Debian's dependencies bring but nothing needs that is loaded from the bundle: maintainer-script tools, the
# desktop's sound, SNMP, calendars with their 10 MB of ICU, and a codec with 8 MB of tables.
_UNNEEDED = re.compile(
    r"adduser|base-passwd|debconf|dirmngr|freetds-common|gcc-\d+-base|gnupg.*|gpg.*|login\.defs"
    r"|openssl-provider-legacy|passwd|pci\.ids|perl.*|pinentry.*|readline-common|tzdata"
    r"|lib(acl1|asound2.*|audit.*|bz2.*|c-gconv.*|cap-ng0|codec2.*|db5.*|debconfclient0|gcrypt20|gdbm.*|ical3.*|icu\d+"
    r"|jack.*|ksba8|ncursesw6|neon.*|nl-.*|npth.*|ntlm0|pam.*|pci3|perl.*|popt0|portaudio2|readline.*|resample1"
    r"|samplerate0|sasl2-modules.*|semanage.*|sensors.*|sepol2|snmp.*|sybdb5|udev1|wrap0)"
)
_UNNEEDED_MODULES = ("res_calendar*", "res_snmp*", "codec_codec2*", "chan_console*", "app_jack*", "c??_tds*")


def _finish(tree: Path) -> None:
    for pattern in _UNNEEDED_MODULES:
        for module in tree.glob(f"usr/lib/*/asterisk/modules/{pattern}.so"):
            module.unlink()
    sounds = tree / "usr/share/asterisk/sounds"
    (sounds / "en").symlink_to(next(sounds.glob("en_US*")).name)


ASTERISK = Bundle(
    name="asterisk",
    roots=("asterisk", "asterisk-core-sounds-en-gsm"),
    unneeded=_UNNEEDED,
    megabytes=45,
    finish=_finish,
)
