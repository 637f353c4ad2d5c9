"""What the other layers look places, codes and sectors up in: postcodes, grids, places, regions, sector lists."""
