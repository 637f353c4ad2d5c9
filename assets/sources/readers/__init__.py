"""One module a dataset: the publisher's columns, and what its rows become."""
