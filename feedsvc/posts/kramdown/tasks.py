"""GitHub's task lists, ``- [x] done``: ``parse_list`` of kramdown-parser-gfm."""

from __future__ import annotations

import re

from feedsvc.posts.kramdown.patterns import SPACE
from feedsvc.posts.kramdown.tree import Element

_TASK = re.compile(rf"{SPACE}*+\[([ xX])\]{SPACE}+")
_BOX = '<input type="checkbox" class="task-list-item-checkbox" disabled="disabled"{} />'


def mark_tasks(list_: Element) -> None:
    """Put boxes where the items of ``list_`` begin with brackets."""
    is_task_list = False
    for item in list_.children:
        if not item.children or item.children[0].type != "p":
            continue
        text = item.children[0].children[0]
        if box := _TASK.match(text.value):
            checked = "" if box[1] == " " else ' checked="checked"'
            text.value = _BOX.format(checked) + text.value[box.end() :]
            is_task_list = True
        if is_task_list:
            item.attr["class"] = "task-list-item"
    if is_task_list:
        list_.attr["class"] = "task-list"
