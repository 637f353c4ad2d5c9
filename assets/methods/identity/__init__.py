"""What is the same: which groups are one cluster, and which cluster of a month is which of an earlier one."""
