scheduler = client("scheduler")
role = f"arn:aws:iam::{ACCOUNT}:role/scheduler"
scheduler.create_schedule_group(Name="nightly")
attempt(scheduler.create_schedule, Name="report", GroupName="nightly", ScheduleExpression="rate(1 day)",
    KmsKeyArn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/reports", FlexibleTimeWindow={"Mode": "OFF"}, Target={
        "Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:report", "RoleArn": role, "RetryPolicy": {"MaximumRetryAttempts": 3},
        "DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"}, "Input": json.dumps({"db_password": "S3cr3t-Hunter2"})})
attempt(scheduler.create_schedule, Name="plain", ScheduleExpression="at(2030-01-01T00:00:00)", State="DISABLED",
    FlexibleTimeWindow={"Mode": "OFF"}, Target={"Arn": "arn:aws:scheduler:::aws-sdk:lambda:invoke", "RoleArn": role,
        "Input": json.dumps({"FunctionName": "orders"})})
