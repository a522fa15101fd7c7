# What functions work with, of services of which there is no SDK here. `PASSWORD` is planted where it must not come out, and
# `STRANGER` is an account that is not ours.
import datetime
refused, names = {}, {}
def plant(what, call, **arguments):
    try:
        return call(**arguments) or True
    except Exception as error:
        refused[what] = str(error)
def named(identifier, name):
    names[identifier] = name
arn = lambda service, resource: f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
function = lambda name: arn("lambda", f"function:{name}")
role = f"arn:aws:iam::{ACCOUNT}:role/sound"
lambdas, kms = client("lambda"), client("kms")
key = next(alias["TargetKeyId"] for alias in kms.list_aliases()["Aliases"] if alias["AliasName"] == "alias/sound")
key = arn("kms", f"key/{key.rsplit('/')[-1]}")

# Queues, topics and streams.
sqs, sns, kinesis = client("sqs"), client("sns"), client("kinesis")
plant("queue clear", sqs.create_queue, QueueName="clear", Attributes={"SqsManagedSseEnabled": "false"})
plant("topic bare", sns.create_topic, Name="bare")
plant("topic sealed", sns.create_topic, Name="sealed", Attributes={"KmsMasterKeyId": key})
plant("stream sealed", kinesis.create_stream, StreamName="sealed", ShardCount=1)
plant("key of stream sealed", kinesis.start_stream_encryption, StreamName="sealed", EncryptionType="KMS", KeyId=key)

# Tables.
dynamodb = client("dynamodb")
for name, protected in [("loose", False), ("recovered", False), ("kept", True)]:
    plant(f"table {name}", dynamodb.create_table, TableName=name, AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST", DeletionProtectionEnabled=protected)
    if name != "loose":
        plant(f"recovery of {name}", dynamodb.update_continuous_backups, TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
plant("replica of loose", dynamodb.update_table, TableName="loose", ReplicaUpdates=[{"Create": {"RegionName": "us-east-1"}}])

# Secrets and parameters, by the roles of those that nobody but `keeper` reads.
secrets, ssm = client("secretsmanager"), client("ssm")
for name in ["stale", "fresh"]:
    plant(f"secret {name}", secrets.create_secret, Name=name, SecretString="not-for-anybody")
plant("permission to rotate", lambdas.add_permission, FunctionName="keeper", StatementId="rotate", Action="lambda:InvokeFunction",
    Principal="secretsmanager.amazonaws.com", SourceAccount=ACCOUNT)
plant("rotation of fresh", secrets.rotate_secret, SecretId="fresh", RotationLambdaARN=function("keeper"),
    RotationRules={"AutomaticallyAfterDays": 30}, RotateImmediately=False)
secret = {entry["Name"]: entry["ARN"] for entry in secrets.list_secrets()["SecretList"]}
for name, whole in secret.items():
    named(whole.rsplit(":", 1)[1], name)
stranger = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"},
    "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]}
plant("policy of stale", secrets.put_resource_policy, SecretId="stale", ResourcePolicy=json.dumps(stranger))
plant("bucket reports", client("s3").create_bucket, Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
plant("replica of stale", secrets.replicate_secret_to_regions, SecretId="stale", AddReplicaRegions=[{"Region": "us-east-1"}])
plant("parameter password", ssm.put_parameter, Name="/app/password", Value="not-for-anybody", Type="String")
plant("parameter token", ssm.put_parameter, Name="/app/token", Value="not-for-anybody", Type="SecureString")

# What `keeper` is told to work with.
works = [arn("sqs", "clear"), arn("sns", "bare"), arn("sns", "sealed"), arn("kinesis", "stream/shared"), arn("kinesis", "stream/sealed"),
    *[arn("dynamodb", f"table/{name}") for name in ["loose", "recovered", "kept"]], *secret.values(),
    "arn:aws:s3:::reports", arn("ssm", "parameter/app/password"), arn("ssm", "parameter/app/token")]
plant("variables of keeper", lambdas.update_function_configuration, FunctionName="keeper",
    Environment={"Variables": {f"STORE_{number}": store for number, store in enumerate(works)}})

# File systems.
efs = client("efs")
for name, encrypted, user in [("rooted", True, 0), ("mounted", False, 1000), ("caged", True, 1000)]:
    system = plant(f"file system {name}", efs.create_file_system, CreationToken=name, Encrypted=encrypted)
    if system:
        point = plant(f"access point {name}", efs.create_access_point, ClientToken=name, FileSystemId=system["FileSystemId"],
            PosixUser={"Uid": user, "Gid": user}, RootDirectory={"Path": "/app", "CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000,
                "Permissions": "750"}})
        plant(f"mount of {name}", lambdas.update_function_configuration, FunctionName=name,
            FileSystemConfigs=[{"Arn": point["AccessPointArn"], "LocalMountPath": "/mnt/app"}])

# Networks: a function in one subnet.
ec2 = client("ec2")
network = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
subnets = [ec2.create_subnet(VpcId=network, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
    for number, zone in enumerate("ab")]
group = ec2.create_security_group(GroupName="functions", Description="functions", VpcId=network)["GroupId"]
for name, where in [("zoned", subnets[:1]), ("cornered", subnets[1:]), ("spread", subnets)]:
    plant(f"network of {name}", lambdas.update_function_configuration, FunctionName=name,
        VpcConfig={"SubnetIds": where, "SecurityGroupIds": [group]})

# Code that nobody released, and that a service starts.
code = b"PK\x05\x06" + bytes(16) + b"\x0a\x00unreleased"
for name in ["drafted", "drifted"]:
    plant(f"code of {name}", lambdas.update_function_code, FunctionName=name, ZipFile=code)
    plant(f"permission on {name}", lambdas.add_permission, FunctionName=name, StatementId="planted", Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com", SourceAccount=ACCOUNT)
# What is not released does not matter where the alias alone is started.
plant("code of staged", lambdas.update_function_code, FunctionName="staged", ZipFile=code)

# What goes to a function with sensitive data.
states, pipes, scheduler, events = client("stepfunctions"), client("pipes"), client("scheduler"), client("events")
def machine(name, kind, target, payload, **more):
    definition = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
        "Parameters": {"FunctionName": function(target), "Payload": payload}}}}
    plant(f"machine {name}", states.create_state_machine, name=name, type=kind, roleArn=role, definition=json.dumps(definition), **more)
def logged(data):
    return {"loggingConfiguration": {"level": "ERROR", "includeExecutionData": data, "destinations": [
        {"cloudWatchLogsLogGroup": {"logGroupArn": arn("logs", "log-group:/aws/states/logged:*")}}]}}
machine("quiet", "STANDARD", "keeper", {})
machine("swift", "EXPRESS", "keeper", {})
machine("telling", "EXPRESS", "keeper", {"db_password": PASSWORD}, **logged(False))
machine("carrier", "EXPRESS", "classified", {}, **logged(True))
plant("schedule carrier", scheduler.create_schedule, Name="carrier", ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"},
    Target={"Arn": function("classified"), "RoleArn": role, "Input": json.dumps({"order": 1})})
plant("schedule telling", scheduler.create_schedule, Name="telling", ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"},
    Target={"Arn": function("kept"), "RoleArn": role, "Input": json.dumps({"db_password": PASSWORD})})
plant("pipe carrier", pipes.create_pipe, Name="carrier", Source=arn("sqs", "sound"), Target=function("classified"), RoleArn=role)
plant("pipe telling", pipes.create_pipe, Name="telling", Source=arn("sqs", "sound"), Target=function("kept"), RoleArn=role,
    TargetParameters={"InputTemplate": json.dumps({"db_password": PASSWORD})})

# Rules: to be told of findings, and to start functions.
plant("rule asleep", events.put_rule, Name="asleep", EventPattern=json.dumps({"source": ["aws.guardduty"]}), State="DISABLED")
plant("rule idle", events.put_rule, Name="idle", EventPattern=json.dumps({"source": ["aws.securityhub"]}))
plant("rule placed", events.put_rule, Name="placed", EventPattern=json.dumps({"source": ["shop"]}))
for name in ["losing", "kept"]:
    plant(f"permission on {name}", lambdas.add_permission, FunctionName=name, StatementId="planted", Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com", SourceArn=arn("events", "rule/placed"))
plant("targets of placed", events.put_targets, Rule="placed", Targets=[
    {"Id": "losing", "Arn": function("losing"), "Input": json.dumps({"db_password": PASSWORD})}, {"Id": "kept", "Arn": function("kept")}])
plant("rule abroad", events.put_rule, Name="abroad", EventPattern=json.dumps({"source": ["shop"]}))
plant("target of abroad", events.put_targets, Rule="abroad", Targets=[
    {"Id": "abroad", "Arn": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default", "RoleArn": role}])

# REST APIs: `front` and `porch` are open, `keyed` and `latched` ask for a key alone, `gated` and `warded` ask once and remember,
# and `guarded` is in order.
rest = client("apigateway")
invoke = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/" + function("%s") + "/invocations"
def api(name, target, stage, *, body=True, authorizer=None, closed=False, **more):
    identifier = rest.create_rest_api(name=name, endpointConfiguration={"types": ["REGIONAL"]}, disableExecuteApiEndpoint=closed)["id"]
    named(identifier, name)
    root = rest.get_resources(restApiId=identifier)["items"][0]["id"]
    resource = rest.create_resource(restApiId=identifier, parentId=root, pathPart="orders")["id"]
    if authorizer:
        gate = plant(f"authorizer of {name}", rest.create_authorizer, restApiId=identifier, name="gate", type="REQUEST",
            authorizerUri=invoke % "kept", identitySource="method.request.header.Auth", authorizerResultTtlInSeconds=authorizer)
        more |= {"authorizationType": "CUSTOM", "authorizerId": gate["id"]}
    validated = {}
    if body:
        validator = rest.create_request_validator(restApiId=identifier, name="body", validateRequestBody=True,
            validateRequestParameters=True)["id"]
        rest.create_model(restApiId=identifier, name="Order", contentType="application/json", schema="{}")
        validated = {"requestValidatorId": validator, "requestModels": {"application/json": "Order"}}
    for verb in ["POST", "GET"]:
        rest.put_method(restApiId=identifier, resourceId=resource, httpMethod=verb, **more, **(validated if verb == "POST" else {}))
        rest.put_integration(restApiId=identifier, resourceId=resource, httpMethod=verb, type="AWS_PROXY", integrationHttpMethod="POST",
            uri=invoke % target)
    deployment = rest.create_deployment(restApiId=identifier)["id"]
    rest.create_stage(restApiId=identifier, stageName="live", deploymentId=deployment, **stage.get("made", {}))
    for path, value in stage.items():
        if path != "made":
            plant(f"{path} of {name}", rest.update_stage, restApiId=identifier, stageName="live",
                patchOperations=[{"op": "replace", "path": path, "value": value}])
    return identifier
logs = {"/accessLogSettings/destinationArn": arn("logs", "log-group:access")}
rate = {"/*/*/throttling/rateLimit": "50", "/*/*/throttling/burstLimit": "20"}
cache = {"/*/*/caching/enabled": "true", "made": {"cacheClusterEnabled": True, "cacheClusterSize": "0.5"}}
front = api("front", "slower", {"made": {"variables": {"DB_PASSWORD": PASSWORD}}}, body=False, authorizationType="NONE")
porch = api("porch", "kept", {**logs, **rate}, authorizationType="NONE")
keyed = api("keyed", "kept", logs, authorizationType="NONE", apiKeyRequired=True)
latched = api("latched", "kept", {**logs, **rate}, authorizationType="NONE", apiKeyRequired=True)
gated = api("gated", "kept", {**logs, **rate, **cache}, authorizer=300)
warded = api("warded", "kept", {**logs, **rate, **cache}, authorizer=60)
guarded = api("guarded", "kept", {**logs, **rate}, closed=True, authorizationType="AWS_IAM")
waf = client("wafv2")
acl = plant("web acl", waf.create_web_acl, Name="front", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig={
    "SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "front"})
for name, identifier in [("porch", porch), ("keyed", keyed), ("latched", latched), ("gated", gated), ("warded", warded), ("guarded", guarded)]:
    plant(f"web acl of {name}", waf.associate_web_acl, WebACLArn=acl["Summary"]["ARN"],
        ResourceArn=f"arn:aws:apigateway:{REGION}::/restapis/{identifier}/stages/live")
for name, identifier, policy in [("old", front, "TLS_1_0"), ("older", keyed, "TLS_1_0"), ("new", guarded, "TLS_1_2")]:
    domain = f"{name}.example.com"
    plant(f"domain {name}", rest.create_domain_name, domainName=domain, certificateArn=f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/{name}",
        endpointConfiguration={"types": ["EDGE"]}, securityPolicy=policy)
    plant(f"mapping of {name}", rest.create_base_path_mapping, domainName=domain, restApiId=identifier, stage="live", basePath="v1")

# HTTP and WebSocket APIs: `shop` and `chat` are open.
http = client("apigatewayv2")
for name, protocol, route, more in [("shop", "HTTP", "GET /orders", {}), ("chat", "WEBSOCKET", "$connect", {}), ("desk", "HTTP", "GET /orders", {
        "AuthorizationType": "AWS_IAM"})]:
    made = plant(f"api {name}", http.create_api, Name=name, ProtocolType=protocol,
        **({"RouteSelectionExpression": "$request.body.action"} if protocol == "WEBSOCKET" else {}))
    if made:
        identifier = made["ApiId"]
        named(identifier, name)
        target = "kept" if name == "desk" else "slow"
        integration = http.create_integration(ApiId=identifier, IntegrationType="AWS_PROXY", IntegrationUri=function(target),
            PayloadFormatVersion="2.0", TimeoutInMillis=9000)["IntegrationId"]
        http.create_route(ApiId=identifier, RouteKey=route, Target=f"integrations/{integration}", **{"AuthorizationType": "NONE", **more})
        if protocol == "WEBSOCKET":
            http.create_route(ApiId=identifier, RouteKey="send", Target=f"integrations/{integration}", AuthorizationType="NONE")
        sound = {"AccessLogSettings": {"DestinationArn": arn("logs", "log-group:access"), "Format": "$context.requestId"},
            "DefaultRouteSettings": {"ThrottlingRateLimit": 50.0, "ThrottlingBurstLimit": 20}}
        http.create_stage(ApiId=identifier, StageName="live", **({} if name == "shop" else sound))
for name in ["slow", "slower"]:
    plant(f"timeout of {name}", lambdas.update_function_configuration, FunctionName=name, Timeout=120)
    plant(f"permission on {name}", lambdas.add_permission, FunctionName=name, StatementId="planted", Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com", SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:*")

# GraphQL APIs and identity pools.
appsync, pools = client("appsync"), client("cognito-identity")
for name, kind in [("graph", "API_KEY"), ("signed", "AWS_IAM")]:
    made = plant(f"graph {name}", appsync.create_graphql_api, name=name, authenticationType=kind, xrayEnabled=True)
    if made:
        named(made["graphqlApi"]["apiId"], name)
        plant(f"web acl of {name}", waf.associate_web_acl, WebACLArn=acl["Summary"]["ARN"], ResourceArn=made["graphqlApi"]["arn"])
for name, guests in [("visitors", True), ("members", False)]:
    made = plant(f"pool {name}", pools.create_identity_pool, IdentityPoolName=name, AllowUnauthenticatedIdentities=guests)
    if made:
        named(made["IdentityPoolId"].rsplit(":", 1)[1], name)
        plant(f"roles of {name}", pools.set_identity_pool_roles, IdentityPoolId=made["IdentityPoolId"],
            Roles={"authenticated": role, "unauthenticated": role})

# GuardDuty, which does not look at functions, and of which nobody hears.
detector = plant("detector/blind", client("guardduty").create_detector, Enable=True, Features=[{"Name": "LAMBDA_NETWORK_LOGS", "Status": "DISABLED"}])
if detector:
    named(detector["DetectorId"], "blind")

# Trails of one Region, whose files nobody can prove; `kept` is in order, but of one Region as well.
cloudtrail, s3 = client("cloudtrail"), client("s3")
for name, versioned, proven in [("unproven", True, False), ("perishable", False, True), ("kept", True, True)]:
    here = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    plant(f"bucket trail-{name}", s3.create_bucket, Bucket=f"trail-{name}", **here)
    if versioned:
        plant(f"versions of trail-{name}", s3.put_bucket_versioning, Bucket=f"trail-{name}", VersioningConfiguration={"Status": "Enabled"})
    plant(f"trail {name}", cloudtrail.create_trail, Name=name, S3BucketName=f"trail-{name}", EnableLogFileValidation=proven)
    plant(f"start of trail {name}", cloudtrail.start_logging, Name=name)

# Functions that were invoked two days ago: of `silent` there is no log, and of `hushed` none since.
cloudwatch, logging = client("cloudwatch"), client("logs")
now = datetime.datetime.now(datetime.timezone.utc)
for name in ["silent", "hushed", "kept"]:
    plant(f"invocations of {name}", cloudwatch.put_metric_data, Namespace="AWS/Lambda", MetricData=[{"MetricName": "Invocations", "Value": 7,
        "Dimensions": [{"Name": "FunctionName", "Value": name}], "Timestamp": now - datetime.timedelta(days=2)}])
for name, days in [("hushed", 11), ("kept", 2)]:
    group = f"/aws/lambda/{name}"
    plant(f"stream of {name}", logging.create_log_stream, logGroupName=group, logStreamName="stream")
    at = int((now - datetime.timedelta(days=days)).timestamp() * 1000)
    plant(f"events of {name}", logging.put_log_events, logGroupName=group, logStreamName="stream", logEvents=[{"timestamp": at, "message": "x"}])

# An alarm for every function but for one that has none and one whose alarm does nothing.
plant("topic alarms", sns.create_topic, Name="alarms")
for page in lambdas.get_paginator("list_functions").paginate():
    for entry in page["Functions"]:
        name = entry["FunctionName"]
        if name != "unwatched":
            plant(f"alarm of {name}", cloudwatch.put_metric_alarm, AlarmName=f"{name}-errors", Namespace="AWS/Lambda", MetricName="Errors",
                Dimensions=[{"Name": "FunctionName", "Value": name}], Period=60, Statistic="Sum", AlarmActions=[arn("sns", "alarms")],
                ActionsEnabled=name != "snoozed", EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold")
print(json.dumps({"refused": refused, "names": names}))
