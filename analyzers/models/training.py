"""Parts of a model that only training uses."""

from __future__ import annotations

import re

from analyzers.interpreter.framework import children_of
from analyzers.interpreter.values import Class, Instance


def parts_of_training(below: list[tuple[str, Instance]], called: set[int]) -> set[int]:
    """Parts that a class uses where it asks for the mode: auxiliary heads."""
    return {
        id(child)
        for _, owner in below
        for name, child in children_of(owner).items()
        if isinstance(child, Instance) and id(child) not in called and _is_used_in_training(owner, str(name))
    }


def _is_used_in_training(owner: Instance, name: str) -> bool:
    """Whether the code of a module's classes asks for the mode and mentions the part beyond assigning it."""
    sites = [c.site for c in owner.class_.mro if isinstance(c, Class) and c.site is not None]
    texts = [site.block.text for site in sites if site.block.mentions("training") and site.block.mentions(name)]
    return any(re.search(rf"\.{re.escape(name)}\b(?!\s*(?:=(?!=)|:))", text) for text in texts)
