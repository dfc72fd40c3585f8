"""Chance: data that differs from run to run, so that no answer can be written into an exercise."""

from __future__ import annotations

import random

NAMES = ("Ada", "Chidi", "Ines", "Jonas", "Leila", "Mateo", "Nadia", "Priya", "Tomasz", "Yuki")
CITIES = ("Accra", "Bergen", "Cusco", "Dublin", "Kyoto", "Lisbon", "Nairobi", "Oaxaca", "Pune", "Turin")


class Chance(random.Random):
    """Random numbers from a known `seed`, and a few things that people tell agents."""

    def name(self) -> str:
        """Someone's first name."""
        return self.choice(NAMES)

    def city(self) -> str:
        """Somewhere."""
        return self.choice(CITIES)

    def number(self) -> int:
        """A number that is easily recognised in a text."""
        return self.randint(100, 999)
