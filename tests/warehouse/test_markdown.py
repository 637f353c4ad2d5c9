from __future__ import annotations

import polars as pl

from assets.warehouse.markdown import markdown_table


def test_a_table_of_hostile_text_stays_a_table():
    frame = pl.DataFrame({"name": ["a | b\nc", "x" * 100, None]})
    lines = markdown_table(frame, 60).splitlines()
    assert lines[2] == "| a \\| b c |"
    assert len(lines[3]) == 64
    assert lines[4] == "|  |"
    assert markdown_table(frame).splitlines()[3] == f"| {'x' * 100} |"
    assert markdown_table(frame.head(0)) == "no rows"


def test_neither_links_nor_pictures_nor_html_begin_in_a_value():
    shown = markdown_table(
        pl.DataFrame({"name": ["<script>", "![x](http://h/)", "\u202eevil `code` *b*"]})
    ).splitlines()
    assert shown[2:] == [r"| \<script\> |", r"| !\[x\](http://h/) |", r"| evil \`code\` \*b\* |"]
