appsync, name = client("appsync"), f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
shop = appsync.create_graphql_api(name="shop", authenticationType="API_KEY", xrayEnabled=True, visibility="PRIVATE",
    additionalAuthenticationProviders=[{"authenticationType": "AWS_LAMBDA", "lambdaAuthorizerConfig": {"authorizerUri": name + "gate"}}],
    logConfig={"fieldLogLevel": "ALL", "cloudWatchLogsRoleArn": f"arn:aws:iam::{ACCOUNT}:role/logs", "excludeVerboseContent": False})["graphqlApi"]
waf = client("wafv2")
acl = attempt(waf.create_web_acl, Name="graph", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig={
    "SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "graph"})
if acl:
    attempt(waf.associate_web_acl, WebACLArn=acl["Summary"]["ARN"], ResourceArn=shop["arn"])
attempt(appsync.create_data_source, apiId=shop["apiId"], name="orders", type="AWS_LAMBDA", lambdaConfig={"lambdaFunctionArn": name + "orders"},
    serviceRoleArn=f"arn:aws:iam::{ACCOUNT}:role/graph")
