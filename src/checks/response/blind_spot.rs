//! IR-016: part of the account could not be looked at.

use std::collections::BTreeSet;

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Arn, Gap, GapKind, Source, SourceRun, SourceState},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-016",
    slug: "blind-spot",
    title: "Every service and Region could be looked at",
    layer: Layer::Response,
    severity: Severity::Medium,
    why: "What was not looked at is where the next incident is found last. A report that is silent about it reads as if all \
          were well there.",
    how: "The ledger of the collectors: a source with gaps, denied, failed or left out. What was left out on request, and what \
          the endpoint does not offer, is for information only.",
    links: Links { csf: &["RS.AN"], ..Links::NONE },
    reads: Source::ALL,
    run,
    fix,
    guide: Guide {
        calls: &[],
        provider: "AWS refuses what the credentials may not ask and names the action; to grant it is yours.",
        avoids: &[
            "What was left out on request, or is not offered there, as more than information",
            "A source that is still being read: it is unknown",
        ],
        cli: "# What `palisade policy` prints has all that is asked.
aws iam put-role-policy --role-name <ROLE_NAME> --policy-name palisade --policy-document file://policy.json",
        cloudformation: r#"Type: AWS::IAM::RolePolicy
Properties:
  RoleName: <ROLE_NAME>
  PolicyName: palisade
  PolicyDocument:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action: [<MISSING_ACTION>]
        Resource: "*""#,
        terraform: r#"resource "aws_iam_role_policy" "<NAME>" {
  name = "palisade"
  role = aws_iam_role.<ROLE>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["<MISSING_ACTION>"]
      Resource = "*"
    }]
  })
}"#,
        undo: "aws iam delete-role-policy --role-name <ROLE_NAME> --policy-name palisade",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let posture = context.posture;
    posture
        .sources
        .iter()
        .map(|source| {
            let region = if source.region == SourceRun::GLOBAL { "" } else { &source.region };
            let resource = Arn::build(&posture.partition, source.source.word(), region, &posture.account, "*");
            context.one(&CHECK, resource, region, judge(source))
        })
        .collect()
}

fn judge(run: &SourceRun) -> Result<Ruling, Gap> {
    if !run.state.ended() {
        return Err(Gap::new(GapKind::Unread, "", format!("{} in {} is {}", run.source, run.region, run.state.word())));
    }
    if run.state == SourceState::Complete && run.gaps.is_empty() {
        return Ok(Ruling::Pass);
    }
    let harmless = match run.state {
        SourceState::Skipped => true,
        SourceState::Denied | SourceState::Failed => false,
        _ => !run.gaps.is_empty() && run.gaps.iter().all(|gap| gap.kind == GapKind::Unsupported),
    };
    let mut evidence = vec![Evidence::field("palisade:collect", format!("{}/{}", run.source, run.region), run.state.word())];
    evidence.extend(run.gaps.iter().map(|gap| Evidence::field("palisade:collect", "gap", gap.to_string())));
    let missing: Vec<_> = actions(&run.gaps).into_iter().collect();
    let what = match (missing.as_slice(), run.gaps.first()) {
        ([], None) => String::new(),
        ([], Some(gap)) => format!(": {gap}"),
        (missing, _) => format!(": {} missing", missing.join(", ")),
    };
    let message = match run.state {
        SourceState::Skipped => format!("{} in {} was left out{what}", run.source, run.region),
        SourceState::Denied | SourceState::Failed => format!("{} in {} could not be read{what}", run.source, run.region),
        _ => format!("{} in {} was read with gaps{what}", run.source, run.region),
    };
    let fault = Fault::new(message, evidence);
    Ok(if harmless { fault.severity(Severity::Info) } else { fault }.into())
}

/// The IAM actions that were refused, each once.
fn actions(gaps: &[Gap]) -> BTreeSet<&str> {
    gaps.iter().filter(|gap| gap.kind == GapKind::Denied && !gap.action.is_empty()).map(|gap| gap.action.as_str()).collect()
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let source = Source::ALL.iter().copied().find(|source| source.word() == verdict.resource.service())?;
    let region = if verdict.region.is_empty() { SourceRun::GLOBAL } else { &*verdict.region };
    let run = context.posture.source(source, region)?;
    let plan = Plan::new(Effort::Guided, Risk::Safe, "Let the credentials read what is missing, and collect again");
    let actions = actions(&run.gaps);
    if actions.is_empty() {
        return Some(plan.step(format!("Nothing was refused: collect {source} in {region} again, and look at the gaps if it fails again")));
    }
    let actions: Vec<_> = actions.into_iter().collect();
    // In portions, because advice is one line of bounded length.
    let plan = actions.chunks(8).fold(plan, |plan, actions| {
        let statement = serde_json::json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
        plan.step(format!("Add this statement to a policy of the principal that collects: {statement}"))
    });
    Some(plan.step("If it has the statement already, a permissions boundary, a service control policy or an endpoint policy takes it away"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{REGION, Says, cases, empty},
        },
        model::{Gap, Posture, Source, SourceRun, SourceState},
    };

    fn ended(state: SourceState, gaps: Vec<Gap>) -> Posture {
        let mut posture = empty();
        posture.sources = vec![SourceRun { state, gaps, ..SourceRun::queued(Source::Kms, REGION) }];
        posture
    }

    #[test]
    fn rules() {
        let refused = || Gap::denied("kms:ListGrants", "AccessDeniedException");
        cases(
            &CHECK,
            [
                ("complete", ended(SourceState::Complete, vec![]), Says::Pass),
                ("complete in name only", ended(SourceState::Complete, vec![refused()]), Says::Fail),
                ("partial", ended(SourceState::Partial, vec![refused()]), Says::Fail),
                ("denied", ended(SourceState::Denied, vec![refused()]), Says::Fail),
                ("failed", ended(SourceState::Failed, vec![Gap::failed("kms:ListKeys", "connection refused")]), Says::Fail),
                ("left out", ended(SourceState::Skipped, vec![]), Says::Fail),
                ("running", ended(SourceState::Running, vec![]), Says::Unknown),
                ("unread", ended(SourceState::Queued, vec![]), Says::Unknown),
            ],
        );
    }

    #[test]
    fn what_is_not_offered_is_for_information() {
        let settings = Settings::default();
        for (posture, expected) in [
            (ended(SourceState::Partial, vec![Gap::unsupported("no such call")]), Some(Severity::Info)),
            (ended(SourceState::Skipped, vec![]), Some(Severity::Info)),
            (ended(SourceState::Partial, vec![Gap::unsupported("no such call"), Gap::denied("kms:ListKeys", "")]), None),
        ] {
            let context = Context::new(&posture, &settings);
            let verdicts = (CHECK.run)(&context);
            let Ruling::Fail(fault) = &verdicts[0].ruling else { panic!("{verdicts:?}") };
            assert_eq!(fault.severity, expected);
        }
    }

    #[test]
    fn the_plan_is_the_missing_statement() {
        let posture = ended(SourceState::Partial, vec![Gap::denied("kms:ListKeys", ""), Gap::denied("kms:ListGrants", "x")]);
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert!(plan.steps[0].line().contains(r#""Action":["kms:ListGrants","kms:ListKeys"]"#), "{:?}", plan.steps);
    }
}
