//! IR-014: nobody knows who answers for a function with sensitive data.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Protection, Ruling, Severity, Verdict},
    model::{Function, Gap, GapKind, Region, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-014",
    slug: "owner-unknown",
    title: "Whoever is woken knows who answers for a function with sensitive data",
    layer: Layer::Response,
    severity: Severity::Low,
    why: "At three in the morning the first question is whom to ask: whether the function may be stopped, which data it had, where the \
          runbook is. Where the function does not say, the answer comes with daylight.",
    how: "Only functions of a class that demands owner. GetFunction gives none of the tags of owners.tags, such as owner, team, contact or runbook, and \
          ListResponsePlans has no response plan in the Region. Where Incident Manager is not offered there are no plans.",
    links: Links { csf: &["RS.MA", "GV.RR"], owasp: &["S10"], ..Links::NONE },
    reads: &[Source::Lambda, Source::SsmIncidents],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:GetFunction", "lambda:ListFunctions", "lambda:ListTags", "ssm-incidents:ListResponsePlans"],
        provider: "AWS keeps the tags of a function and calls nobody: who answers for it only you can say.",
        avoids: &[
            "A function whose tags do not mark it as sensitive",
            "A tag of the same meaning in another spelling, such as acme:run-book",
            "A Region with a response plan of Incident Manager",
        ],
        cli: "aws lambda tag-resource --resource <FUNCTION_ARN> --tags owner=<TEAM>,runbook=<URL> --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Function
Properties:
  Tags:
    - Key: owner
      Value: <TEAM>
    - Key: runbook
      Value: <URL>",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  tags = {
    owner   = "<TEAM>"
    runbook = "<URL>"
  }
}"#,
        undo: "aws lambda untag-resource --resource <FUNCTION_ARN> --tag-keys owner runbook --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.functions, |region, function| judge(context, region, function))
}

fn judge(context: &Context<'_>, region: &Region, function: &Function) -> Result<Ruling, Gap> {
    let tags = function.tags.known()?;
    let Some(demand) = context.standing_of(function).demand(Protection::Owner)? else { return Ok(Ruling::NotApplicable) };
    let told = tags.iter().any(|(key, value)| says_who(&context.settings.owners, key) && !value.trim().is_empty());
    if told || !region.response_plans.items.is_empty() {
        return Ok(Ruling::Pass);
    }
    // Where it is not offered nobody has a plan.
    if let Some(gap) = region.response_plans.gap.as_ref().filter(|gap| gap.kind != GapKind::Unsupported) {
        return Err(gap.clone());
    }
    let keys = tags.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let evidence = vec![
        Evidence::field("lambda:GetFunction", "Tags", keys),
        Evidence::field("ssm-incidents:ListResponsePlans", "responsePlanSummaries", "none"),
        demand.evidence(),
    ];
    Ok(Fault::new(format!("nothing says who answers for {}: {demand}", function.name), evidence).into())
}

fn says_who(owners: &[String], key: &str) -> bool {
    // `acme:service-owner` is a tag of the same meaning as `ServiceOwner`.
    let name = key.rsplit([':', '/']).next().unwrap_or(key);
    let word = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (whole, last) = (word(key), word(name));
    owners.iter().map(|owner| word(owner)).any(|owner| owner == last || owner == whole)
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let call = |operation: &'static str| Call::new("lambda", operation, &*verdict.region).with("resource", verdict.resource.as_str());
    Some(
        Plan::new(Effort::Prompt, Risk::Safe, "Say on the function who answers for it")
            .step(call("tag-resource").ask("tags", "owner=TEAM,runbook=URL"))
            .undo(call("untag-resource").with("tag-keys", r#"["owner","runbook"]"#)),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{ACCOUNT, REGION, Says, cases, denied, with_function},
        model::{Arn, Fact, Gap, Listing, Posture, ResponsePlan},
    };

    fn tagged(tags: &[(&str, &str)]) -> Posture {
        with_function(|function| {
            function.tags = Fact::Known(tags.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect());
        })
    }

    fn plans(plans: Listing<ResponsePlan>) -> Posture {
        let mut posture = tagged(&[PII]);
        posture.regions.get_mut(REGION).unwrap().response_plans = plans;
        posture
    }

    const PII: (&str, &str) = ("data-class", "pii");

    #[test]
    fn rules() {
        let plan = ResponsePlan {
            arn: Arn::build("aws", "ssm-incidents", "", ACCOUNT, "response-plan/leak"),
            region: REGION.to_owned(),
            name: "leak".to_owned(),
        };
        let lacking = |gap: Gap| plans(Listing::partial(vec![], gap));
        cases(
            &CHECK,
            [
                ("sensitive, and nobody's", tagged(&[PII]), Says::Fail),
                ("its owner", tagged(&[PII, ("Owner", "payments")]), Says::Pass),
                ("its runbook", tagged(&[PII, ("acme:run-book", "https://wiki/payments")]), Says::Pass),
                ("an empty owner", tagged(&[PII, ("owner", " ")]), Says::Fail),
                ("another tag", tagged(&[PII, ("cost-centre", "4711")]), Says::Fail),
                ("not sensitive", tagged(&[]), Says::NotApplicable),
                ("a response plan", plans(Listing::complete(vec![plan])), Says::Pass),
                ("no Incident Manager", lacking(Gap::unsupported("not offered in this Region")), Says::Fail),
                ("plans denied", lacking(Gap::denied("ssm-incidents:ListResponsePlans", "no")), Says::Unknown),
                ("plans unread", plans(Listing::default()), Says::Unknown),
                ("tags unread", with_function(|function| function.tags = Fact::unread("lambda:GetFunction")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }
}
