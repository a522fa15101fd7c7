states = client("stepfunctions")
arn = lambda service, resource: f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
role = f"arn:aws:iam::{ACCOUNT}:role/states"
key = client("kms").create_key()["KeyMetadata"]["Arn"]
attempt(states.create_state_machine, name="plain", roleArn=role, definition=json.dumps(
    {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}))
attempt(states.create_state_machine, name="checkout", type="EXPRESS", roleArn=role, definition=json.dumps({"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": arn("lambda", "function:orders:live"), "Next": "B"},
        "B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
            "Parameters": {"FunctionName": "mail", "Payload": {"db_password": "S3cr3t-Hunter2"}}}}}),
    loggingConfiguration={"level": "ALL", "includeExecutionData": True, "destinations": [
        {"cloudWatchLogsLogGroup": {"logGroupArn": arn("logs", "log-group:/aws/states/checkout:*")}}]},
    tracingConfiguration={"enabled": True},
    encryptionConfiguration={"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": key, "kmsDataKeyReusePeriodSeconds": 300})
