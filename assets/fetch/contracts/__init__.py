"""What each publisher's files are expected to be like: a file a dataset, read by `contract`."""
