//! IR-007: an alias sends part of the traffic to another version.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Alias, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-007",
    slug: "alias-split",
    title: "Aliases send all traffic to one version",
    layer: Layer::Response,
    severity: Severity::Medium,
    why: "A weight of one percent on a second version runs an attacker's code on every hundredth request, behind an alias \
          that still points at the released version. A canary that nobody ended looks the same.",
    how: "ListAliases gives a RoutingConfig with a weight above zero. It cannot tell a running deployment from a back door, \
          so it is a heuristic: look whether one is under way.",
    links: Links { csf: &["RS.AN", "RS.MI"], csa: &["SAS-9"], attack: &["T1546"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListAliases", "lambda:ListFunctions"],
        provider: "Lambda splits the traffic as the alias says for as long as it says so, and ends no canary by itself.",
        avoids: &["A weight of zero", "A weight on the version to which the alias points anyway", "An alias of one version"],
        cli: r#"aws lambda update-alias --function-name <FUNCTION_NAME> --name <ALIAS> --routing-config '{"AdditionalVersionWeights":{}}' --region <REGION>"#,
        cloudformation: "# Without RoutingConfig.
Type: AWS::Lambda::Alias
Properties:
  Name: <ALIAS>
  FunctionName: !Ref <FUNCTION>
  FunctionVersion: <VERSION>",
        terraform: r#"# Without routing_config.
resource "aws_lambda_alias" "<NAME>" {
  name             = "<ALIAS>"
  function_name    = aws_lambda_function.<FUNCTION>.function_name
  function_version = "<VERSION>"
}"#,
        undo: r#"aws lambda update-alias --function-name <FUNCTION_NAME> --name <ALIAS> --routing-config '{"AdditionalVersionWeights":{"<OTHER_VERSION>":<WEIGHT>}}' --region <REGION>"#,
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let split: Vec<&Alias> = function.aliases.known()?.iter().filter(|alias| is_split(alias)).collect();
            let Some(first) = split.first() else { return Ok(Ruling::Pass) };
            let evidence = split
                .iter()
                .map(|alias| Evidence::field("lambda:ListAliases", format!("{}.RoutingConfig", alias.name), routing(alias)))
                .collect();
            let message = format!("Alias {} of {} sends part of its traffic past version {}", first.name, function.name, first.version);
            Ok(Fault::new(message, evidence).heuristic().into())
        },
    )
}

fn is_split(alias: &Alias) -> bool {
    alias.weights.iter().any(|(version, weight)| *weight > 0 && *version != alias.version)
}

/// The value of `--routing-config` that `alias` has now.
fn routing(alias: &Alias) -> String {
    let weights: serde_json::Map<_, _> =
        alias.weights.iter().map(|(version, thousandths)| (version.clone(), (f64::from(*thousandths) / 1000.0).into())).collect();
    serde_json::json!({ "AdditionalVersionWeights": weights }).to_string()
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let mut plan = Plan::new(Effort::OneKey, Risk::Careful, "Send all traffic to the version that the alias points at");
    for alias in function.aliases.known().ok()?.iter().filter(|alias| is_split(alias)) {
        let set = |routing: &str| {
            Call::new("lambda", "update-alias", &*verdict.region)
                .with("function-name", verdict.resource.as_str())
                .with("name", &alias.name)
                .with("routing-config", routing)
        };
        let clear = set(r#"{"AdditionalVersionWeights":{}}"#);
        plan = plan
            .step(match &alias.revision_id {
                Some(revision) => clear.with("revision-id", revision),
                None => clear,
            })
            .undo(set(&routing(alias)));
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{Says, cases, denied, with_function},
        },
        model::{Alias, Fact, Gap, Posture},
    };

    fn weighted(weights: &[(&str, u32)]) -> Posture {
        with_function(|function| {
            function.aliases = Fact::Known(vec![Alias {
                name: "live".to_owned(),
                version: "1".to_owned(),
                weights: weights.iter().map(|(version, weight)| ((*version).to_owned(), *weight)).collect(),
                revision_id: Some("r-1".to_owned()),
            }]);
        })
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("no alias", with_function(|_| ()), Says::Pass),
                ("one version", weighted(&[]), Says::Pass),
                ("weight of zero", weighted(&[("2", 0)]), Says::Pass),
                ("a weight on its own version", weighted(&[("1", 500)]), Says::Pass),
                ("split", weighted(&[("2", 10)]), Says::Fail),
                ("unread", with_function(|function| function.aliases = Fact::unread("lambda:ListAliases")), Says::Unknown),
                ("denied", with_function(|function| function.aliases = Gap::denied("lambda:ListAliases", "no").into()), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn the_plan_is_guarded_and_restores_the_weights() {
        let posture = weighted(&[("2", 250)]);
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert!(plan.steps[0].line().contains("--revision-id r-1"));
        assert!(plan.undo[0].line().contains(r#"'{"AdditionalVersionWeights":{"2":0.25}}'"#), "{}", plan.undo[0].line());
    }
}
