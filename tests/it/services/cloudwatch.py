import datetime, time
iam, functions = client("iam"), client("lambda")
attempt(iam.create_role, RoleName="measured", AssumeRolePolicyDocument="{}")
for name in ["orders", "mail"]:
    import zipfile
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): pass")
    functions.create_function(FunctionName=name, Runtime="python3.13", Handler="index.handler", Code={"ZipFile": code.getvalue()},
        Role=f"arn:aws:iam::{ACCOUNT}:role/measured")
cloudwatch = client("cloudwatch")
topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
on_orders = [{"Name": "FunctionName", "Value": "orders"}]
threshold = {"EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"}
cloudwatch.put_metric_alarm(AlarmName="orders-errors", Namespace="AWS/Lambda", MetricName="Errors", Dimensions=on_orders, Period=60,
    Statistic="Sum", AlarmActions=[topic], **threshold)
def stat(name, metric):
    return {"Id": name, "ReturnData": False, "MetricStat": {"Period": 60, "Stat": "Sum",
        "Metric": {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": on_orders}}}
cloudwatch.put_metric_alarm(AlarmName="orders-rate", ActionsEnabled=False,
    Metrics=[{"Id": "rate", "Expression": "errors / calls", "ReturnData": True}, stat("errors", "Errors"), stat("calls", "Invocations")], **threshold)
attempt(cloudwatch.put_composite_alarm, AlarmName="orders", AlarmRule="ALARM(orders-errors) OR ALARM(orders-rate)", AlarmActions=[topic])
def datum(name, value, day):
    at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=day)
    cloudwatch.put_metric_data(Namespace="AWS/Lambda", MetricData=[{"MetricName": name, "Dimensions": on_orders, "Timestamp": at, "Value": value}])
for day, invocations, errors in [(2, 7, 1), (12, 5, 2)]:
    datum("Invocations", invocations, day)
    datum("Errors", errors, day)
    datum("Duration", 120.5, day)
datum("ConcurrentExecutions", 3, 2)
datum("Throttles", 4, 12)
