"""Tests of the spatial layer."""
