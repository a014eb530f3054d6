"""The people who are called: a list as a marketing department would send it, with the flaws that such lists have."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐"
GIVEN = (
    "伟",
    "芳",
    "娜",
    "秀英",
    "敏",
    "静",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "桂英",
    "建华",
)
ENGLISH = ("Ann Lee", "Robert O'Neill", "Zoë Brontë", "Søren Kjær", "Mary-Jane Smith", "José García")
CITIES = ("北京", "上海", "广州", "成都", "武汉", "西安", "London", "Singapore")
FOREIGN_SHARE = 0.1
FLAWED_SHARE = 0.02
"""Of the lines, this share each is a repetition and a number that is none."""


@dataclass(frozen=True, slots=True)
class WrittenList:
    """A customers' file and what is in it."""

    path: Path
    numbers: int
    """Different numbers that can be dialled."""
    lines: int


def write_customers(path: Path, count: int, seed: int) -> WrittenList:
    """Write a CSV of `count` dialable customers and a few lines that an import has to sort out."""
    draw = random.Random(f"customers {seed}")
    numbers = _numbers(count, draw)
    rows = [(_name(draw), number, draw.choice(CITIES)) for number in numbers]
    repeated = draw.sample(rows, max(1, round(count * FLAWED_SHARE)))
    garbage = [(_name(draw), draw.choice(("12345", "n/a", "+86 0", "打错了")), "") for _ in repeated]
    everything = rows + repeated + garbage
    draw.shuffle(everything)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("姓名", "电话", "城市"))
        writer.writerows(everything)
    return WrittenList(path, len(numbers), len(everything))


def _name(draw: random.Random) -> str:
    if draw.random() < FOREIGN_SHARE:
        return draw.choice(ENGLISH)
    return draw.choice(SURNAMES) + draw.choice(GIVEN)


def _numbers(count: int, draw: random.Random) -> list[str]:
    """Chinese mobile numbers, national as people write them; all different."""
    tails = draw.sample(range(10_000_000), count)
    return [f"138{tail:08d}" for tail in tails]
