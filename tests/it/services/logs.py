import time
logs = client("logs")
group = "/aws/lambda/orders"
for name in [group, "/aws/lambda/mail", "trail"]:
    logs.create_log_group(logGroupName=name)
logs.create_log_stream(logGroupName=group, logStreamName="old")
logs.create_log_stream(logGroupName=group, logStreamName="new")
now = int(time.time() * 1000)
logs.put_log_events(logGroupName=group, logStreamName="old", logEvents=[{"timestamp": now - 9 * 86400000, "message": "x"}])
logs.put_log_events(logGroupName=group, logStreamName="new", logEvents=[{"timestamp": now - 3600000, "message": "x"}])
logs.put_metric_filter(logGroupName="trail", filterName="functions-changed", filterPattern="{ $.eventSource = lambda.amazonaws.com }",
    metricTransformations=[{"metricName": "FunctionsChanged", "metricNamespace": "Security", "metricValue": "1"}])
policy = {"Name": "account", "Version": "2021-06-01", "Statement": [
    {"Sid": "audit", "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"], "Operation": {"Audit": {"FindingsDestination": {}}}},
    {"Sid": "redact", "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"], "Operation": {"Deidentify": {"MaskConfig": {}}}},
]}
attempt(logs.put_account_policy, policyName="account", policyDocument=json.dumps(policy), policyType="DATA_PROTECTION_POLICY", scope="ALL")
kinesis = client("kinesis")
kinesis.create_stream(StreamName="siem", ShardCount=1)
attempt(logs.put_subscription_filter, logGroupName=group, filterName="siem", filterPattern="ERROR",
    destinationArn=f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/siem", roleArn=f"arn:aws:iam::{ACCOUNT}:role/siem")
