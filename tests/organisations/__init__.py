"""Tests of the organisations layer."""
