"""What the files of a drop look like, without reading them for a month: columns, words of statuses, sizes."""
