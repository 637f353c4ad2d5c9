-- table: publication.files
-- severity: blocking
-- Every file of a release has bytes.
select path, 1 as expected, bytes as actual from publication.files where month = $month and bytes = 0
