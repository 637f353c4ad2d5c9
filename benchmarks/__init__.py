"""The benchmark: what it costs to make a month, beside what anyone would pick instead. Never a timed test."""
