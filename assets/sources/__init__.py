"""The publishers' files: finding the drop of each dataset, reading its format, refusing what is bad in it."""
