-- Papers and citations by institution and category. Citations per paper are null where no paper's are known; a paper
-- without a count among others that have one counts as none. A paper of several institutions counts once for each, and
-- once in all papers of its category. The cluster is that of most of the papers, of equals the first by identifier.
with papers as (
    select
        c.category, i.institution_key, i.source_key, i.item_id, i.latitude, i.longitude, a.cluster_id, p.citations
    from innovation_index.item_categories as c
    inner join innovation_index.items as i on i.month = c.month and i.item_id = c.item_id and i.kind = 'paper'
    left join innovation_index.activity_points as a
        on a.month = c.month and a.item_id = c.item_id and a.category = c.category
    left join used.publication_citations as p
        on p.month = $month and p.publication_id = i.source_key
    where c.month = $month
),

of_category as (
    select category, count(*) as papers, sum(citations) as citations
    from (select distinct category, source_key, citations from papers) as different
    group by category
),

in_clusters as (
    select institution_key, category, cluster_id
    from papers
    where cluster_id is not null
    group by institution_key, category, cluster_id
    qualify row_number() over (partition by institution_key, category order by count(*) desc, cluster_id) = 1
),

of_institution as (
    select
        institution_key, category, count(*) as papers, sum(citations) as citations,
        arg_min(latitude, item_id) as latitude, arg_min(longitude, item_id) as longitude
    from papers
    where institution_key is not null
    group by institution_key, category
)

select
    o.institution_key, o.category, coalesce(n.name, o.institution_key) as name, k.cluster_id,
    o.latitude, o.longitude, o.papers,
    coalesce(o.citations, 0)::bigint as citations,
    o.citations / o.papers as citations_per_paper,
    citations_per_paper / nullif(c.citations / c.papers, 0) as relative_citations,
    o.papers / c.papers as share_of_papers
from of_institution as o
inner join of_category as c on c.category = o.category
left join in_clusters as k on k.institution_key = o.institution_key and k.category = o.category
left join used.institutions as n
    on n.month = $month and n.institution_key = o.institution_key
order by o.institution_key, o.category
