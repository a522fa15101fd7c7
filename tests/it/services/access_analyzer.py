analyzer = client("accessanalyzer")
attempt(analyzer.create_analyzer, analyzerName="outside", type="ACCOUNT")
attempt(analyzer.create_analyzer, analyzerName="unused", type="ACCOUNT_UNUSED_ACCESS",
    configuration={"unusedAccess": {"unusedAccessAge": 90}})
