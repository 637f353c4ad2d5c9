"""Groups of sites that lie close together: points per sector, density groups, outlines, location quotients."""
