"""Whether a drop is of the synthetic United Kingdom.

What belongs here: looking at a drop's files and its folder. What does not: what the mark is (`assets.synthetic`).
"""

from __future__ import annotations

from assets.sources.delivery.storage import Storage, changed
from assets.sources.problems import DropError
from assets.sources.reading.contract import Delivery
from assets.synthetic import FILE, is_marked


def is_synthetic(storage: Storage, delivery: Delivery) -> bool:
    """Whether any file of the drop bears the mark, or its folder does. Raises DropError where a file is gone by now."""
    drop = delivery.drop
    if drop.is_folder and storage.is_file(f"{drop.path}/{FILE}"):
        return True
    for part in delivery.parts:
        try:
            if is_marked(part.path):
                return True
        except OSError as error:
            raise DropError(changed(part.name)) from error
    return False
