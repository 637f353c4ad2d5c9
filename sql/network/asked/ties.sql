select organisation_a, organisation_b, weight, joint_projects from network.edges
where month = $month
order by organisation_a, organisation_b
