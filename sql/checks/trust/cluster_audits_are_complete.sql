-- table: trust.cluster_audit
-- severity: blocking
-- Every published cluster is audited, with as many firms as it has.
select clusters.profile, clusters.cluster_id, clusters.firms as expected, audits.firms as actual
from typology.innovation_clusters as clusters
left join trust.cluster_audit as audits
    on audits.month = clusters.month and audits.profile = clusters.profile and audits.cluster_id = clusters.cluster_id
where clusters.month = $month and clusters.profile = $profile and clusters.firms is distinct from audits.firms
order by clusters.profile, clusters.cluster_id
