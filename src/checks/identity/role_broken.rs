//! IA-014: a function's role is gone, or does not let Lambda in.

use super::trust;
use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Function, Gap, Source},
    remedy::{Call, Effort, Plan, Risk},
};

/// The reason code of a function whose role lacks what Lambda itself needs.
const INSUFFICIENT: &str = "InsufficientRolePermissions";

pub(super) static CHECK: Check = Check {
    id: "IA-014",
    slug: "role-broken",
    title: "The function's role exists and lets Lambda in",
    layer: Layer::Identity,
    severity: Severity::Medium,
    why: "A function without a working role fails on its next cold start. And a role name that is free again can be taken: \
          whoever may create roles decides what the function is allowed.",
    how: "The role is not among all roles of the account, its trust policy does not let in lambda.amazonaws.com, or GetFunction \
          gives the reason code InsufficientRolePermissions. A role that is not among the roles read is unknown when the list \
          is not complete.",
    links: Links { csf: &["PR.AA"], csa: &["SAS-11"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:GetFunction", "iam:GetAccountAuthorizationDetails"],
        provider: "AWS checks that Lambda may take on a role when a function is given it, and not again when the role is deleted or changed",
        avoids: &[
            "A trust policy that lets in other services beside Lambda",
            "A reason code that speaks of something else than the role, such as SubnetOutOfIPAddresses",
            "A role that is missing from a list which was not read to its end",
        ],
        cli: "aws iam update-assume-role-policy --role-name <ROLE_NAME> --policy-document file://trust.json
aws lambda update-function-configuration --function-name <FUNCTION_NAME> --role <ROLE_ARN> --region <REGION>",
        cloudformation: r#"Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal:
            Service: lambda.amazonaws.com
          Action: sts:AssumeRole
Function:
  Type: AWS::Lambda::Function
  Properties:
    Role: !GetAtt Role.Arn"#,
        terraform: r#"resource "aws_iam_role" "<NAME>" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_lambda_function" "<NAME>" {
  role = aws_iam_role.<NAME>.arn
}"#,
        undo: "aws iam update-assume-role-policy --role-name <ROLE_NAME> --policy-document file://before.json
aws lambda update-function-configuration --function-name <FUNCTION_NAME> --role <OLD_ROLE_ARN> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.functions, |_, function| judge(context, function))
}

fn judge(context: &Context<'_>, function: &Function) -> Result<Ruling, Gap> {
    let Some(role) = context.role(&function.role)? else {
        return Ok(Ruling::fail(
            format!("{} runs as {}, which does not exist", function.name, function.role.name()),
            vec![
                Evidence::field("lambda:ListFunctions", "Role", function.role.as_str()),
                Evidence::field("iam:GetAccountAuthorizationDetails", "RoleDetailList", "no role with this ARN"),
            ],
        ));
    };
    if !trust::lets_lambda_in(context, role)? {
        return Ok(Ruling::fail(
            format!("{} runs as {}, which does not let Lambda in", function.name, role.name),
            vec![
                Evidence::field("lambda:ListFunctions", "Role", function.role.as_str()),
                Evidence::field("iam:GetAccountAuthorizationDetails", "AssumeRolePolicyDocument", role.trust.as_str()),
            ],
        ));
    }
    let state = function.state.known()?;
    let codes = [("StateReasonCode", &state.reason_code), ("LastUpdateStatusReasonCode", &state.last_update_reason_code)];
    for (pointer, code) in codes {
        if code.as_deref() == Some(INSUFFICIENT) {
            let message = format!("{} could not be set up, because its role {} lacks permissions", function.name, role.name);
            return Ok(Ruling::fail(message, vec![Evidence::field("lambda:GetFunction", pointer, INSUFFICIENT)]));
        }
    }
    Ok(Ruling::Pass)
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let set = || Call::new("lambda", "update-function-configuration", &*verdict.region).with("function-name", verdict.resource.as_str());
    let plan = Plan::new(Effort::Guided, Risk::Careful, "Give the function a role that works");
    Some(match context.posture.role(&function.role) {
        Some(role) => plan
            .step(format!(
                "Let lambda.amazonaws.com take on {}, and check that it may do what the function's configuration needs",
                role.name
            ))
            .step("A function in a VPC needs ec2:CreateNetworkInterface, ec2:DescribeNetworkInterfaces and ec2:DeleteNetworkInterface"),
        None => plan
            .step("Create the role from the function's template, or delete the function if nothing calls it any more")
            .step(set().ask("role", "ARN of the role"))
            .undo(set().with("role", function.role.as_str())),
    })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{Says, cases, denied, with_function},
        model::{Fact, FunctionState, Gap, Listing, PolicyText, Posture},
    };

    fn trusting(statement: &str) -> Posture {
        let mut posture = with_function(|_| ());
        posture.identity.roles.items[0].trust = PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#));
        posture
    }

    #[test]
    fn rules() {
        let mut gone = with_function(|_| ());
        gone.identity.roles.items.clear();
        let mut maybe_gone = gone.clone();
        maybe_gone.identity.roles.gap = Some(Gap::denied("iam:GetAccountAuthorizationDetails", "no"));
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        let state = |code: &str| Fact::Known(FunctionState { last_update_reason_code: Some(code.to_owned()), ..FunctionState::default() });
        cases(
            &CHECK,
            [
                ("sound", with_function(|_| ()), Says::Pass),
                ("deleted", gone, Says::Fail),
                ("not among those read", maybe_gone, Says::Unknown),
                (
                    "lets in others only",
                    trusting(r#"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}"#),
                    Says::Fail,
                ),
                (
                    "lambda among others",
                    trusting(
                        r#"{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]},"Action":["sts:AssumeRole"]}"#,
                    ),
                    Says::Pass,
                ),
                ("lacks permissions", with_function(|function| function.state = state("InsufficientRolePermissions")), Says::Fail),
                ("another reason", with_function(|function| function.state = state("SubnetOutOfIPAddresses")), Says::Pass),
                ("state unread", with_function(|function| function.state = Fact::unread("lambda:GetFunction")), Says::Unknown),
                ("state denied", with_function(|function| function.state = Gap::denied("lambda:GetFunction", "").into()), Says::Unknown),
                ("trust is no policy", trusting("7"), Says::Unknown),
                ("roles unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }
}
