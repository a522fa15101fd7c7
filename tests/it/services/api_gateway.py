rest, lambdas = client("apigateway"), f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
invoke = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/" + lambdas + "%s/invocations"
logs = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:access"
pool = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_customers"
policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}]}
api = rest.create_rest_api(name="orders", endpointConfiguration={"types": ["REGIONAL"]}, apiKeySource="AUTHORIZER",
    securityPolicy="SecurityPolicy_TLS13_1_2_2021_06", endpointAccessMode="BASIC",
    policy=json.dumps(policy), tags={"team": "shop"})["id"]
root = rest.get_resources(restApiId=api)["items"][0]["id"]
resource = rest.create_resource(restApiId=api, parentId=root, pathPart="orders")["id"]
validator = rest.create_request_validator(restApiId=api, name="body", validateRequestBody=True, validateRequestParameters=False)["id"]
gate = rest.create_authorizer(restApiId=api, name="gate", type="REQUEST", authorizerUri=invoke % "gate",
    identitySource="method.request.header.Auth,context.path", authorizerResultTtlInSeconds=300)["id"]
customers = rest.create_authorizer(restApiId=api, name="customers", type="COGNITO_USER_POOLS", providerARNs=[pool],
    identitySource="method.request.header.Authorization")["id"]
def method(name, integration, **more):
    rest.put_method(restApiId=api, resourceId=resource, httpMethod=name, **more)
    rest.put_integration(restApiId=api, resourceId=resource, httpMethod=name, **integration)
proxy = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": invoke % "orders", "timeoutInMillis": 20000}
rest.create_model(restApiId=api, name="Order", contentType="application/json", schema="{}")
method("POST", proxy, authorizationType="NONE", apiKeyRequired=True, requestValidatorId=validator,
    requestModels={"application/json": "Order"}, requestParameters={"method.request.querystring.shop": True})
method("GET", proxy, authorizationType="CUSTOM", authorizerId=gate)
method("PUT", {"type": "AWS", "integrationHttpMethod": "POST", "uri": f"arn:aws:apigateway:{REGION}:states:action/StartExecution"},
    authorizationType="COGNITO_USER_POOLS", authorizerId=customers)
method("OPTIONS", {"type": "MOCK"}, authorizationType="NONE")
deployment = rest.create_deployment(restApiId=api)["id"]
rest.create_stage(restApiId=api, stageName="live", deploymentId=deployment, tracingEnabled=True, cacheClusterEnabled=True,
    cacheClusterSize="0.5", variables={"DB_PASSWORD": "correct-horse-battery", "LOG_LEVEL": "info"},
    canarySettings={"percentTraffic": 5.0, "deploymentId": deployment, "stageVariableOverrides": {"DB_PASSWORD": "staple-horse-battery"}})
def patch(path, value):
    attempt(rest.update_stage, restApiId=api, stageName="live", patchOperations=[{"op": "replace", "path": path, "value": value}])
patch("/*/*/throttling/rateLimit", "50")
patch("/*/*/throttling/burstLimit", "20")
patch("/*/*/logging/dataTrace", "true")
patch("/*/*/logging/loglevel", "INFO")
patch("/*/*/caching/enabled", "true")
patch("/*/*/caching/requireAuthorizationForCacheControl", "true")
patch("/accessLogSettings/destinationArn", logs)
patch("/clientCertificateId", "cert-1")
waf = client("wafv2")
acl = attempt(waf.create_web_acl, Name="front", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig={
    "SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "front"})
if acl:
    attempt(waf.associate_web_acl, WebACLArn=acl["Summary"]["ARN"], ResourceArn=f"arn:aws:apigateway:{REGION}::/restapis/{api}/stages/live")
attempt(rest.create_rest_api, name="inner", endpointConfiguration={"types": ["PRIVATE"], "vpcEndpointIds": ["vpce-0a1"]},
    disableExecuteApiEndpoint=True)
attempt(rest.create_usage_plan, name="gold", throttle={"rateLimit": 5.0, "burstLimit": 10}, quota={"limit": 100, "period": "DAY"},
    apiStages=[{"apiId": api, "stage": "live", "throttle": {"/orders/POST": {"rateLimit": 2.0, "burstLimit": 1}}}])
http = client("apigatewayv2")
shop = http.create_api(Name="shop", ProtocolType="HTTP", DisableExecuteApiEndpoint=True, Tags={"team": "shop"},
    CorsConfiguration={"AllowOrigins": ["*"], "AllowMethods": ["GET"], "AllowCredentials": False})["ApiId"]
lambda_ = http.create_integration(ApiId=shop, IntegrationType="AWS_PROXY", IntegrationUri=lambdas + "orders",
    PayloadFormatVersion="2.0", TimeoutInMillis=9000)["IntegrationId"]
queue = http.create_integration(ApiId=shop, IntegrationType="AWS_PROXY", IntegrationSubtype="SQS-SendMessage",
    PayloadFormatVersion="1.0", CredentialsArn=f"arn:aws:iam::{ACCOUNT}:role/api")["IntegrationId"]
tokens = http.create_authorizer(ApiId=shop, AuthorizerType="JWT", Name="tokens", IdentitySource=["$request.header.Authorization"],
    JwtConfiguration={"Issuer": "https://issuer.example.com", "Audience": ["shop"]})["AuthorizerId"]
http.create_route(ApiId=shop, RouteKey="GET /orders", AuthorizationType="NONE", Target=f"integrations/{lambda_}")
http.create_route(ApiId=shop, RouteKey="POST /orders", AuthorizationType="JWT", AuthorizerId=tokens, Target=f"integrations/{queue}")
http.create_stage(ApiId=shop, StageName="live", StageVariables={"DB_PASSWORD": "correct-horse-battery"},
    AccessLogSettings={"DestinationArn": logs, "Format": "$context.requestId"},
    DefaultRouteSettings={"ThrottlingRateLimit": 50.0, "ThrottlingBurstLimit": 20},
    RouteSettings={"GET /orders": {"ThrottlingRateLimit": 5.0, "ThrottlingBurstLimit": 2}})
chat = http.create_api(Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")["ApiId"]
door = http.create_authorizer(ApiId=chat, AuthorizerType="REQUEST", Name="door", AuthorizerUri=invoke % "door",
    IdentitySource=["route.request.header.Auth"])["AuthorizerId"]
http.create_route(ApiId=chat, RouteKey="$connect", AuthorizationType="CUSTOM", AuthorizerId=door, ApiKeyRequired=True)
http.create_route(ApiId=chat, RouteKey="send", AuthorizationType="NONE", RequestModels={"model": "Message"},
    RequestParameters={"route.request.querystring.room": {"Required": True}})
http.create_stage(ApiId=chat, StageName="live", DefaultRouteSettings={"DataTraceEnabled": True, "LoggingLevel": "INFO"})
rest.create_domain_name(domainName="edge.example.com", certificateArn=f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1",
    endpointConfiguration={"types": ["EDGE"]}, securityPolicy="TLS_1_0")
rest.create_base_path_mapping(domainName="edge.example.com", restApiId=api, stage="live", basePath="v1")
rest.create_domain_name(domainName="api.example.com", regionalCertificateArn=f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/2",
    endpointConfiguration={"types": ["REGIONAL"]}, securityPolicy="TLS_1_2", mutualTlsAuthentication={"truststoreUri": "s3://trust/ca.pem"})
attempt(http.create_domain_name, DomainName="api.example.com", DomainNameConfigurations=[{"SecurityPolicy": "TLS_1_2"}])
http.create_api_mapping(DomainName="api.example.com", ApiId=shop, Stage="live", ApiMappingKey="shop")
