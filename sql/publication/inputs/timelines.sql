select *
from publication.timeline
where month between $month - to_months($timeline_months - 1) and $month
order by all
