//! IA-006: many functions run as one role.

use std::collections::BTreeSet;

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Function, Gap, Source},
    remedy::{Call, Effort, Plan, Risk},
};

/// How many names a message lists.
const NAMED: usize = 5;

pub(super) static CHECK: Check = Check {
    id: "IA-006",
    slug: "role-shared",
    title: "Functions have a role of their own",
    layer: Layer::Identity,
    severity: Severity::Medium,
    why: "A shared role holds what all of its functions need together, so whoever takes over the weakest of them has what the \
          strongest was given, and no trace can tell them apart.",
    how: "Functions are grouped by Role. From three on (thresholds.shared_role_functions) it is reported. The same function deployed to \
          several Regions counts once, and functions for development, by tag or name, do not count.",
    links: Links { csf: &["PR.AA"], owasp: &["S5"], csa: &["SAS-4"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:GetFunction", "iam:GetAccountAuthorizationDetails"],
        provider: "AWS lets any number of functions run as one role, and gives each of them all that it may do",
        avoids: &[
            "A role with fewer functions than the configuration names, which is three unless it says otherwise",
            "The same function in several Regions",
            "Functions that their tags mark as development",
        ],
        cli: "aws iam create-role --role-name <NEW_ROLE_NAME> --assume-role-policy-document file://lambda-trust.json
aws iam put-role-policy --role-name <NEW_ROLE_NAME> --policy-name needed --policy-document file://needed.json
aws lambda update-function-configuration --function-name <FUNCTION_NAME> --role <NEW_ROLE_ARN> --region <REGION>",
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
  name = "<FUNCTION_NAME>"
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
        undo: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --role <SHARED_ROLE_ARN> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_execution_role(&CHECK, |role, functions| {
        let counted = |certain: bool| names(context, functions, certain);
        let most = usize::try_from(context.settings.thresholds.shared_role_functions).unwrap_or(usize::MAX);
        let certain = counted(true);
        if certain.len() >= most {
            let mut listed = certain.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
            if certain.len() > NAMED {
                listed.push_str(", …");
            }
            let evidence =
                functions.iter().map(|function| Evidence::field("lambda:ListFunctions", function.arn.as_str(), role.arn.as_str()));
            return Ok(Ruling::fail(format!("{} functions run as {}: {listed}", certain.len(), role.name), evidence.collect()));
        }
        if counted(false).len() >= most {
            let unread = functions.iter().find_map(|function| function.tags.gap());
            return Err(unread.cloned().unwrap_or_else(|| Gap::unread("lambda:GetFunction")));
        }
        // Functions that were not listed may run as it too.
        context.functions_gap().map_or(Ok(Ruling::Pass), Err)
    })
}

/// The names of the functions that count; without `certain`, also those of which the tags are not known.
fn names<'a>(context: &Context<'_>, functions: &[&'a Function], certain: bool) -> BTreeSet<&'a str> {
    let counts = |function: &&&Function| match function.tags.known() {
        Ok(_) => !context.standing_of(function).is_development(),
        Err(_) => !certain,
    };
    functions.iter().filter(counts).map(|function| function.name.as_str()).collect()
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let mut plan = Plan::new(Effort::Guided, Risk::Manual, "Give each function a role of its own")
        .step("Create a role for each function with the statements that this function needs, and no more");
    for function in context.functions_of(&verdict.resource) {
        let set =
            || Call::new("lambda", "update-function-configuration", function.arn.region()).with("function-name", function.arn.as_str());
        plan = plan.step(set().ask("role", "ARN of the new role")).undo(set().with("role", verdict.resource.as_str()));
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::LOGS_ONLY,
        checks::testing::{ACCOUNT, REGION, Says, cases, denied, empty, function, role, with_function},
        model::{Arn, Fact, Function, Gap, Listing, Posture},
    };

    fn shared(names: [&str; 3], change: impl Fn(&mut Function)) -> Posture {
        let mut posture = empty();
        posture.identity.roles.items.push(role("orders-role", LOGS_ONLY));
        let functions = names.map(|name| {
            let mut function = function(name);
            function.role = Arn::build("aws", "iam", "", ACCOUNT, "role/orders-role");
            change(&mut function);
            function
        });
        posture.regions.get_mut(REGION).unwrap().functions = Listing::complete(functions.into());
        posture
    }

    #[test]
    fn rules() {
        let mut partial = with_function(|_| ());
        partial.regions.get_mut(REGION).unwrap().functions.gap = Some(Gap::denied("lambda:ListFunctions", "no"));
        // The partial list has an unknown verdict of its own beside that of the role.
        let said = crate::checks::testing::ask(&CHECK, &partial);
        assert!(said.len() == 2 && said.iter().all(|(_, says)| *says == Says::Unknown), "{said:?}");
        let development = |function: &mut Function| function.tags = Fact::Known([("stage".to_owned(), "sandbox".to_owned())].into());
        let mut regions = shared(["a", "b", "c"], |_| ());
        for (index, function) in regions.regions.get_mut(REGION).unwrap().functions.items.iter_mut().enumerate() {
            function.name = "orders".to_owned();
            function.arn = Arn::build("aws", "lambda", &format!("eu-west-{index}"), ACCOUNT, "function:orders");
        }
        cases(
            &CHECK,
            [
                ("own role", with_function(|_| ()), Says::Pass),
                ("three functions", shared(["a", "b", "c"], |_| ()), Says::Fail),
                ("two functions", shared(["a", "b", "b"], |_| ()), Says::Pass),
                ("development functions", shared(["a", "b", "c"], development), Says::Pass),
                ("one function in three Regions", regions, Says::Pass),
                ("tags unread", shared(["a", "b", "c"], |function| function.tags = Fact::unread("lambda:GetFunction")), Says::Unknown),
                (
                    "tags denied",
                    shared(["a", "b", "c"], |function| function.tags = Gap::denied("lambda:GetFunction", "").into()),
                    Says::Unknown,
                ),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }
}
