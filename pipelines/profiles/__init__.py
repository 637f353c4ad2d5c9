"""The shipped method profiles."""

from pathlib import Path

DEFAULT_PROFILES = ("dsit-v1", "evidence")
PROFILES_FOLDER = Path(__file__).parent
