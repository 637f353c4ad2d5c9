select '' as item_id, '' as work where false
