client("guardduty").create_detector(Enable=True, FindingPublishingFrequency="SIX_HOURS",
    Features=[{"Name": "LAMBDA_NETWORK_LOGS", "Status": "ENABLED"}])
