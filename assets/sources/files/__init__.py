"""Kinds of file, and what is looked at before a library reads one."""
