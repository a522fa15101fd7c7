secrets = client("secretsmanager")
db = secrets.create_secret(Name="prod/db", SecretString="never-read", KmsKeyId="alias/orders")["ARN"]
secrets.create_secret(Name="prod/plain", SecretString="never-read")
attempt(secrets.put_resource_policy, SecretId=db, ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]}))
attempt(secrets.replicate_secret_to_regions, SecretId=db, AddReplicaRegions=[{"Region": "us-east-1"}])
lambdas, iam = client("lambda"), client("iam")
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="rotator", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
import zipfile
code = io.BytesIO()
with zipfile.ZipFile(code, "w") as package:
    package.writestr("main.py", "def handler(event, context): pass\n")
rotator = lambdas.create_function(FunctionName="rotator", Runtime="python3.13", Role=role, Handler="main.handler",
    Code={"ZipFile": code.getvalue()})["FunctionArn"]
attempt(lambdas.add_permission, FunctionName="rotator", StatementId="rotate", Action="lambda:InvokeFunction", Principal="secretsmanager.amazonaws.com")
attempt(secrets.rotate_secret, SecretId=db, RotationLambdaARN=rotator, RotationRules={"AutomaticallyAfterDays": 30}, RotateImmediately=False)
