client("inspector2").enable(resourceTypes=["LAMBDA"])
