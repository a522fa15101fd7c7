//! IR-009: the stack that owns a function is not as its template says.

use std::collections::BTreeMap;

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Function, Gap, Source, Stack},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-009",
    slug: "stack-drifted",
    title: "What a stack deployed is as its template says",
    layer: Layer::Response,
    severity: Severity::Low,
    why: "The template is what one goes back to after an incident. Where somebody changed things by hand, going back undoes what was \
          meant to stay, or leaves what an intruder added: nobody can tell one from the other any more.",
    how: "Only stacks that a function names by its tag aws:cloudformation:stack-id. DescribeStacks says \
          DriftInformation.StackDriftStatus=DRIFTED. Palisade never looks for drift by itself, for that starts a job in the account: \
          a stack that was never looked at, or changed since, is unknown.",
    links: Links { csf: &["PR.PS", "RC.RP"], owasp: &["S6"], csa: &["SAS-3"], ..Links::NONE },
    reads: &[Source::CloudFormation, Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["cloudformation:DescribeStacks", "lambda:GetFunction", "lambda:ListFunctions", "lambda:ListTags"],
        provider: "CloudFormation looks for drift only when asked to, and deploys over it without a word.",
        avoids: &[
            "A stack that owns no function",
            "A stack whose drift was never looked for, or that was deployed since: it is unknown",
        ],
        cli: "aws cloudformation detect-stack-drift --stack-name <STACK_NAME> --region <REGION>
aws cloudformation describe-stack-resource-drifts --stack-name <STACK_NAME> --stack-resource-drift-status-filters MODIFIED DELETED --region <REGION>
aws cloudformation create-change-set --stack-name <STACK_NAME> --change-set-name revert-drift --deployment-mode REVERT_DRIFT --template-body file://template.yaml --region <REGION>
aws cloudformation execute-change-set --stack-name <STACK_NAME> --change-set-name revert-drift --region <REGION>",
        cloudformation: "# Take into the template what is to stay, and deploy it by a change set with REVERT_DRIFT as above.",
        terraform: "# Stacks are CloudFormation's: of what Terraform keeps, terraform plan shows the drift and terraform apply undoes it.",
        undo: "What a change set has undone is changed by hand once more: only the output of describe-stack-resource-drifts says how it was",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut owned: BTreeMap<&str, &Function> = BTreeMap::new();
    // Why other functions may name a stack, by Region.
    let mut gaps: BTreeMap<&str, &Gap> = BTreeMap::new();
    for (region, function) in context.posture.functions() {
        match function.tags.known().map(|tags| tags.get(Stack::ID_TAG)) {
            Ok(Some(stack)) => _ = owned.entry(stack).or_insert(function),
            Ok(None) => {}
            Err(gap) => _ = gaps.entry(region).or_insert(gap),
        }
    }
    context.each(
        &CHECK,
        |region| &region.stacks,
        |region, stack| match owned.get(stack.arn.as_str()) {
            Some(function) => judge(stack, function),
            None => {
                let gap = region.functions.gap.as_ref().or_else(|| gaps.get(stack.arn.region()).copied());
                gap.map_or(Ok(Ruling::NotApplicable), |gap| Err(gap.clone()))
            }
        },
    )
}

fn judge(stack: &Stack, function: &Function) -> Result<Ruling, Gap> {
    let unknown = |what: &str| Err(Gap::unsupported(format!("{what}: `aws cloudformation detect-stack-drift` tells")));
    match stack.drift.as_deref() {
        Some("DRIFTED") => {
            let evidence = vec![
                Evidence::field("cloudformation:DescribeStacks", "DriftInformation.StackDriftStatus", "DRIFTED"),
                Evidence::field("lambda:GetFunction", format!("{} Tags.{}", function.name, Stack::ID_TAG), stack.arn.as_str()),
            ];
            let message = format!("stack {}, which owns {}, is not as its template says", stack.name, function.name);
            Ok(Fault::new(message, evidence).into())
        }
        Some("IN_SYNC") => match (stack.drift_checked, stack.updated) {
            (Some(checked), Some(updated)) if updated > checked => unknown("it was deployed again since drift was looked for"),
            _ => Ok(Ruling::Pass),
        },
        _ => unknown("drift was never looked for"),
    }
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let call =
        |operation: &'static str| Call::new("cloudformation", operation, &*verdict.region).with("stack-name", verdict.resource.as_str());
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "Find out who changed what, and bring template and account together again")
            .step(call("describe-stack-resource-drifts").with("stack-resource-drift-status-filters", "MODIFIED"))
            .step("Look in CloudTrail for who changed the resources that it names: what nobody knows of is an incident")
            .step("Take into the template what is to stay")
            .step("Deploy it by a change set made with --deployment-mode REVERT_DRIFT, which undoes the rest: any other leaves it"),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::CHECK;
    use crate::{
        checks::testing::{ACCOUNT, REGION, Says, cases, denied, with_function},
        model::{Arn, Fact, Gap, Posture, Stack},
    };

    fn with(drift: Option<&str>, tagged: bool, change: impl FnOnce(&mut Stack)) -> Posture {
        let date = |text: &str| text.parse().ok();
        let mut stack = Stack {
            arn: Arn::build("aws", "cloudformation", REGION, ACCOUNT, "stack/shop/0f3c9b7e"),
            name: "shop".to_owned(),
            status: "UPDATE_COMPLETE".to_owned(),
            drift: drift.map(str::to_owned),
            drift_checked: date("2026-11-20T00:00:00Z"),
            termination_protection: Some(true),
            role: None,
            root: None,
            updated: date("2026-11-01T00:00:00Z"),
        };
        change(&mut stack);
        let tags = if tagged { BTreeMap::from([(Stack::ID_TAG.to_owned(), stack.arn.as_str().to_owned())]) } else { BTreeMap::new() };
        let mut posture = with_function(|function| function.tags = Fact::Known(tags));
        posture.regions.get_mut(REGION).unwrap().stacks.items.push(stack);
        posture
    }

    #[test]
    fn rules() {
        let mut untold = with(Some("DRIFTED"), false, |_| ());
        untold.regions.get_mut(REGION).unwrap().functions.items[0].tags = Gap::denied("lambda:GetFunction", "no").into();
        let mut unread = with(Some("DRIFTED"), false, |_| ());
        unread.regions.get_mut(REGION).unwrap().functions.gap = Some(Gap::unread("lambda:ListFunctions"));
        cases(
            &CHECK,
            [
                ("in sync", with(Some("IN_SYNC"), true, |_| ()), Says::Pass),
                ("drifted", with(Some("DRIFTED"), true, |_| ()), Says::Fail),
                ("drifted, but of no function", with(Some("DRIFTED"), false, |_| ()), Says::NotApplicable),
                ("drifted, and perhaps of a function", untold, Says::Unknown),
                ("drifted, and functions unread", unread, Says::Unknown),
                ("never looked for", with(Some("NOT_CHECKED"), true, |_| ()), Says::Unknown),
                ("not told", with(None, true, |_| ()), Says::Unknown),
                ("deployed since", with(Some("IN_SYNC"), true, |stack| stack.updated = "2026-11-21T00:00:00Z".parse().ok()), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }
}
