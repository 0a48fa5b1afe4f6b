"""What befalls the ordinary people, agency by agency, at rates of a northern English town."""
