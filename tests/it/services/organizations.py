organizations = client("organizations", region="us-east-1")
attempt(organizations.create_organization, FeatureSet="ALL")
root = organizations.list_roots()["Roots"][0]["Id"]
unit = organizations.create_organizational_unit(ParentId=root, Name="production")["OrganizationalUnit"]["Id"]
attempt(organizations.move_account, AccountId=ACCOUNT, SourceParentId=root, DestinationParentId=unit)
attempt(organizations.enable_policy_type, RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
attempt(organizations.enable_policy_type, RootId=root, PolicyType="RESOURCE_CONTROL_POLICY")
guard = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "lambda:CreateFunctionUrlConfig", "Resource": "*",
    "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}}]}
policy = organizations.create_policy(Name="guard", Description="no public URLs", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(guard))
organizations.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=unit)
