# The other services' scripts made what is tagged here.
arn = lambda service, resource, account=ACCOUNT: f"arn:aws:{service}:{REGION}:{account}:{resource}"
def put(value):
    return [{"Key": "data-class", "Value": value}]
attempt(client("dynamodb").tag_resource, ResourceArn=arn("dynamodb", "table/orders"), Tags=put("restricted"))
s3 = client("s3")
attempt(s3.put_bucket_tagging, Bucket="palisade-orders", Tagging={"TagSet": put("confidential")})
attempt(s3.put_bucket_tagging, Bucket="palisade-copies", Tagging={"TagSet": put("public")})
attempt(s3.delete_bucket_tagging, Bucket="palisade-copies")
sqs = client("sqs")
attempt(sqs.tag_queue, QueueUrl=sqs.get_queue_url(QueueName="open")["QueueUrl"], Tags={"data-class": "internal"})
attempt(client("sns").tag_resource, ResourceArn=arn("sns", "orders"), Tags=put("public"))
attempt(client("kinesis").add_tags_to_stream, StreamName="clicks", Tags={"data-class": "internal"})
attempt(client("logs").tag_resource, resourceArn=arn("logs", "log-group:/aws/lambda/orders"), tags={"data-class": "internal"})
attempt(client("events").tag_resource, ResourceARN=arn("events", "event-bus/orders"), Tags=put("internal"))
attempt(client("stepfunctions").tag_resource, resourceArn=arn("states", "stateMachine:checkout"), tags=[{"key": "data-class", "value": "internal"}])
attempt(client("secretsmanager").tag_resource, SecretId="prod/db", Tags=put("restricted"))
attempt(client("ssm").add_tags_to_resource, ResourceType="Parameter", ResourceId="/app/password", Tags=put("restricted"))
efs = client("efs")
for system in efs.describe_file_systems()["FileSystems"]:
    if system.get("Encrypted"):
        attempt(efs.tag_resource, ResourceId=system["FileSystemId"], Tags=put("internal"))
rest = client("apigateway")
for api in rest.get_rest_apis()["items"]:
    if api["name"] == "orders":
        attempt(rest.tag_resource, resourceArn=arn("apigateway", "/restapis/" + api["id"], ""), tags={"data-class": "internal"})
