-- needs: typology.cluster_members, organisations.organisations
-- Clusters are followed by their firms, and organisations of older months are not kept: a member says itself whether it
-- is a firm.
alter table typology.cluster_members add column if not exists is_firm boolean;

update typology.cluster_members
set
    is_firm = (month, organisation_id) in (
        select (firms.month, firms.organisation_id) from organisations.organisations as firms where firms.is_firm
    )
where month in (select organisations.month from organisations.organisations);
