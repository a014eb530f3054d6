"""Stands in for a text-to-speech program: speaks a text as one tone, in the 22,050 samples a second of espeak-ng.

python3 speaks_tones.py VOICE FILE < TEXT; a text that is a number is that tone in Hz.
"""

import math
import struct
import sys
import wave

text = sys.stdin.read().strip()
if not text.isdigit():
    sys.exit(f"voice {sys.argv[1]} does not know {text!r}")
with wave.open(sys.argv[2], "wb") as made:
    made.setnchannels(1)
    made.setsampwidth(2)
    made.setframerate(22050)
    tone = (round(9000 * math.sin(n * math.tau * int(text) / 22050)) for n in range(11025))
    made.writeframes(b"".join(struct.pack("<h", sample) for sample in tone))
