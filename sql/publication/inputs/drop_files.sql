select
    drops.dataset, drops.as_of, drops.path, drops.bytes as drop_bytes, drops.sha256 as drop_sha256, files.is_as_fetched,
    synthetic_drops.dataset is not null as is_synthetic, files.publisher, files.release, files.released, files.licence,
    files.licence_address, files.attribution, files.file, files.address, files.fetched_at, files.bytes, files.sha256,
    files.headers
from sources.drops as drops
left join used.synthetic_drops as synthetic_drops
    on synthetic_drops.month = drops.month and synthetic_drops.dataset = drops.dataset
left join sources.fetched_files as files
    on files.month = drops.month and files.dataset = drops.dataset and files.as_of = drops.as_of
where drops.month = $month
order by drops.dataset, files.file
