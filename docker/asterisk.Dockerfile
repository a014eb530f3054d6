# Asterisk with Waihu's dialplan. Build from the checkout: docker build -f docker/asterisk.Dockerfile -t waihu-asterisk .
# Trunks and phones are the site's: mount pjsip.conf and, if need be, extensions.conf at /etc/asterisk/site.
FROM debian:forky-slim

RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends asterisk asterisk-core-sounds-en-gsm \
      asterisk-moh-opsound-gsm \
 && rm -rf /var/lib/apt/lists/*
# The package's samples open ports and contexts that nobody asked for. They are emptied, not removed: some modules
# decline to load without their file.
RUN cd /etc/asterisk \
 && for file in *.conf; do \
      case $file in asterisk.conf|indications.conf|logger.conf|modules.conf) ;; *) : > "$file" ;; esac; \
    done \
 && rm -f extensions.ael extensions.lua \
 && sed -i 's/^\[directories\](!)/[directories]/; s/^;* *transmit_silence *=.*/transmit_silence = yes/' asterisk.conf \
 && grep -q '^transmit_silence = yes' asterisk.conf \
 && mkdir -p site waihu /run/asterisk \
 && chown asterisk:asterisk /run/asterisk
# What callers say and what talks were: written here, read by the daemon, whose image has the same group and folders.
RUN groupadd --gid 10001 waihu \
 && usermod --append --groups waihu asterisk \
 && install -d -o 10001 -g waihu -m 0755 /var/spool/waihu /var/spool/waihu/speech \
 && install -d -o 10001 -g waihu -m 2770 /var/spool/waihu/messages /var/spool/waihu/recordings
COPY asterisk-conf /etc/asterisk/waihu
COPY docker/asterisk/*.conf /etc/asterisk/
COPY docker/asterisk/start /usr/local/bin/start-asterisk
USER asterisk
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["asterisk", "-rx", "core waitfullybooted"]
CMD ["start-asterisk"]
