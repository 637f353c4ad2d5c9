-- table: publication.files
-- severity: blocking
-- A release has its map, its report, its downloads with their description, and the digests of all.
select needed.path, 1 as expected, 0 as actual
from (values ('index.html'), ('data.js'), ('report.html'), ('downloads.html'), ('datapackage.json'), ('checksums.txt'))
    as needed (path)
where
    exists (from publication.files where month = $month)
    and needed.path not in (select path from publication.files where month = $month)
