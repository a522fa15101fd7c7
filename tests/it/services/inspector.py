client("inspector2").enable(accountIds=[ACCOUNT], resourceTypes=["LAMBDA"])
