"""Tests of the synthetic United Kingdom and of the shipped list of places it is built around."""
