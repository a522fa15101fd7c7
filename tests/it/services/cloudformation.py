cloudformation = client("cloudformation")
template = json.dumps({"Parameters": {"Password": {"Type": "String", "NoEcho": True}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "stacked"}}}})
parameters = [{"ParameterKey": "Password", "ParameterValue": "hush-hush"}]
cloudformation.create_stack(StackName="orders", TemplateBody=template, Parameters=parameters, EnableTerminationProtection=True,
    RoleARN=f"arn:aws:iam::{ACCOUNT}:role/deployer")
cloudformation.create_stack(StackName="mail", TemplateBody=template.replace("stacked", "stacked-mail"), Parameters=parameters)
attempt(cloudformation.detect_stack_drift, StackName="orders")
