events = client("events")
bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/orders"
dead = {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"}
function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
role = f"arn:aws:iam::{ACCOUNT}:role/events"
attempt(events.create_event_bus, Name="orders", KmsKeyIdentifier="alias/orders", DeadLetterConfig=dead,
    LogConfig={"IncludeDetail": "FULL", "Level": "INFO"})
attempt(events.put_permission, EventBusName="orders", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Sid": "open", "Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": bus}]}))
events.put_rule(Name="placed", EventBusName="orders", EventPattern=json.dumps({"source": ["shop"]}))
events.put_rule(Name="findings", EventPattern=json.dumps({"source": ["aws.guardduty"]}))
events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)", State="DISABLED", RoleArn=role)
attempt(events.put_targets, Rule="findings", Targets=[
    {"Id": "responder", "Arn": function + "responder", "RoleArn": role, "Input": json.dumps({"db_password": "S3cr3t-Hunter2"}),
        "DeadLetterConfig": dead, "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600}},
    {"Id": "templated", "Arn": function + "mail", "InputTransformer": {
        "InputPathsMap": {"id": "$.id"}, "InputTemplate": '{"id": <id>, "api_key": "f3a9c1d07b52"}'}}])
attempt(events.create_archive, ArchiveName="orders", EventSourceArn=bus, RetentionDays=7)
