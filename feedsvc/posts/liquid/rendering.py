"""A template's nodes are rendered one after the other."""

from __future__ import annotations

from typing import TextIO

from liquid.exceptions import LiquidInterrupt

from feedsvc.posts.liquid.scene import Scene
from feedsvc.posts.liquid.templates import Template


def render_template(template: Template, scene: Scene, buffer: TextIO) -> None:
    """Render ``template`` to ``buffer``. Raises ExceededError, and LiquidInterrupt where it is in a loop."""
    for node in template.nodes:
        try:
            node.render(scene, buffer)
        except LiquidInterrupt as interrupt:
            if scene.loops:
                raise
            scene.tell(node.token, f"{interrupt} stands in no loop, and was left out")
