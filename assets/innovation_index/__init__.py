"""The Index: items classified into five categories, clustered, ranked, compared from month to month."""
