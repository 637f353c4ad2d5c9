"""Tests of the readers and of the step that takes drops in."""
