pools, role = client("cognito-identity"), f"arn:aws:iam::{ACCOUNT}:role/"
pool = pools.create_identity_pool(IdentityPoolName="visitors", AllowUnauthenticatedIdentities=True, AllowClassicFlow=True,
    CognitoIdentityProviders=[{"ProviderName": f"cognito-idp.{REGION}.amazonaws.com/{REGION}_customers", "ClientId": "c"}])["IdentityPoolId"]
attempt(pools.set_identity_pool_roles, IdentityPoolId=pool, Roles={"authenticated": role + "customer", "unauthenticated": role + "guest"},
    RoleMappings={"p": {"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": [
        {"Claim": "group", "MatchType": "Equals", "Value": "staff", "RoleARN": role + "staff"}]}}})
