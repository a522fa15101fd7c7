idp, name = client("cognito-idp"), f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
idp.create_user_pool(PoolName="customers", MfaConfiguration="OPTIONAL", AdminCreateUserConfig={"AllowAdminCreateUserOnly": False},
    LambdaConfig={"PreSignUp": name + "greet", "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": name + "claims"}},
    UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"}, UserPoolTier="PLUS")
idp.create_user_pool(PoolName="staff", AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
