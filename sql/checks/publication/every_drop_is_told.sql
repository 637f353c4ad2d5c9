-- table: publication.source_files
-- severity: blocking
-- Every drop that the month used is told of, with the digest of what was read.
select drops.dataset, drops.sha256 as expected, files.drop_sha256 as actual
from sources.drops as drops
left join publication.source_files as files on files.month = drops.month and files.dataset = drops.dataset
where drops.month = $month and files.drop_sha256 is distinct from drops.sha256
order by drops.dataset
