//! IR-005: there is no version to roll back to.

use super::feeds_latest;
use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Function, Gap, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-005",
    slug: "no-rollback-point",
    title: "A function can be rolled back to an earlier version in one step",
    layer: Layer::Response,
    severity: Severity::Medium,
    why: "When code turns out to be malicious or broken, the fastest way out is to point an alias at the version before. \
          Without published versions, or with triggers that call $LATEST, the only way out is a new deployment from a \
          pipeline that may itself be what was broken into.",
    how: "ListVersionsByFunction gives fewer than two published versions, or ListEventSourceMappings has an enabled mapping that \
          invokes the function without a version or alias, or by an alias that points at $LATEST. Disabled mappings invoke nothing and are left alone.",
    links: Links { csf: &["RS.MI", "RC.RP"], owasp: &["S10"], csa: &["SAS-3"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListAliases", "lambda:ListEventSourceMappings", "lambda:ListFunctions", "lambda:ListVersionsByFunction"],
        provider: "Lambda keeps every version that was published until you delete it, and nothing of what $LATEST was before.",
        avoids: &[
            "A mapping that is disabled, as it invokes nothing",
            "A mapping of a version, or of an alias that points at one",
            "A mapping of another function whose name begins the same",
        ],
        cli: "aws lambda publish-version --function-name <FUNCTION_NAME> --region <REGION>
aws lambda create-alias --function-name <FUNCTION_NAME> --name <ALIAS> --function-version <VERSION> --region <REGION>
aws lambda update-event-source-mapping --uuid <MAPPING_UUID> --function-name <ALIAS_ARN> --region <REGION>",
        cloudformation: "Version:
  Type: AWS::Lambda::Version
  Properties:
    FunctionName: !Ref <FUNCTION>
Alias:
  Type: AWS::Lambda::Alias
  Properties:
    Name: <ALIAS>
    FunctionName: !Ref <FUNCTION>
    FunctionVersion: !GetAtt Version.Version
Mapping:
  Type: AWS::Lambda::EventSourceMapping
  Properties:
    FunctionName: !Ref Alias
    EventSourceArn: <EVENT_SOURCE_ARN>",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  publish = true
}

resource "aws_lambda_alias" "<NAME>" {
  name             = "<ALIAS>"
  function_name    = aws_lambda_function.<NAME>.function_name
  function_version = aws_lambda_function.<NAME>.version
}

resource "aws_lambda_event_source_mapping" "<NAME>" {
  function_name    = aws_lambda_alias.<NAME>.arn
  event_source_arn = "<EVENT_SOURCE_ARN>"
}"#,
        undo: "aws lambda update-event-source-mapping --uuid <MAPPING_UUID> --function-name <FUNCTION_ARN> --region <REGION>
aws lambda delete-alias --function-name <FUNCTION_NAME> --name <ALIAS> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.functions, |_, function| judge(context, function))
}

fn judge(context: &Context<'_>, function: &Function) -> Result<Ruling, Gap> {
    let (mut gap, mut unpinned) = (None, None);
    for mapping in context.known_mappings_of(function) {
        match feeds_latest(function, mapping) {
            Ok(true) => _ = unpinned.get_or_insert(mapping),
            Ok(false) => {}
            Err(why) => _ = gap.get_or_insert(why),
        }
    }
    if let Some(mapping) = unpinned {
        let evidence = vec![Evidence::field("lambda:ListEventSourceMappings", "FunctionArn", mapping.function.as_str())];
        let fault = Fault::new(format!("{} is invoked as $LATEST by an event source mapping", function.name), evidence);
        return Ok(fault.subject(vec![mapping.uuid.clone()]).into());
    }
    let versions = function.versions.known()?;
    if versions.len() < 2 {
        let numbers: Vec<_> = versions.iter().map(|version| version.number.as_str()).collect();
        let published = if numbers.is_empty() { "none".to_owned() } else { numbers.join(", ") };
        let message =
            format!("{} has {} to roll back to", function.name, if numbers.is_empty() { "no version" } else { "no earlier version" });
        return Ok(Ruling::fail(message, vec![Evidence::field("lambda:ListVersionsByFunction", "Versions", published)]));
    }
    context.mappings_of(function)?;
    gap.map_or(Ok(Ruling::Pass), Err)
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let name = verdict.resource.as_str();
    let call = |operation: &'static str| Call::new("lambda", operation, &*verdict.region);
    let mut plan = Plan::new(Effort::Prompt, Risk::Careful, "Publish a version and let an alias stand before it")
        .step(call("publish-version").with("function-name", name))
        .step(call("create-alias").with("function-name", name).ask("name", "alias").ask("function-version", "version just published"));
    for uuid in &fault.subject {
        let point = || call("update-event-source-mapping").with("uuid", uuid);
        let was = context.posture.function(&verdict.resource).map(|function| context.known_mappings_of(function))?;
        let was = was.iter().find(|mapping| mapping.uuid == *uuid)?;
        plan = plan.step(point().ask("function-name", "ARN of the alias")).undo(point().with("function-name", was.function.as_str()));
    }
    Some(
        plan.step("Let every other trigger and caller name the alias, and deploy by moving it")
            .undo(call("delete-alias").with("function-name", name).ask("name", "alias")),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::CHECK;
    use crate::{
        checks::testing::{REGION, Says, cases, denied, with_function},
        model::{Alias, Arn, EventSourceMapping, Fact, Gap, Listing, Posture},
    };

    fn mapped(qualifier: &str, state: &str) -> Posture {
        let mut posture = with_function(|_| ());
        posture.regions.get_mut(REGION).unwrap().event_source_mappings = Listing::complete(vec![EventSourceMapping {
            state: state.to_owned(),
            ..EventSourceMapping::new(
                Arn::from("arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:a"),
                "a",
                Arn::from(format!("arn:aws:lambda:eu-west-1:123456789012:function:orders{qualifier}")),
            )
        }]);
        posture
    }

    fn alias(version: &str) -> Alias {
        Alias { name: "live".to_owned(), version: version.to_owned(), weights: BTreeMap::new(), revision_id: None }
    }

    fn aliased(aliases: Fact<Vec<Alias>>) -> Posture {
        let mut posture = mapped(":live", "Enabled");
        posture.regions.get_mut(REGION).unwrap().functions.items[0].aliases = aliases;
        posture
    }

    #[test]
    fn rules() {
        let mut mappings_denied = with_function(|_| ());
        mappings_denied.regions.get_mut(REGION).unwrap().event_source_mappings =
            Listing::partial(vec![], Gap::denied("lambda:ListEventSourceMappings", "no"));
        let one = |posture: &mut Posture| {
            posture.regions.get_mut(REGION).unwrap().functions.items[0].versions.known_mut().unwrap().truncate(1);
        };
        let mut one_version = with_function(|_| ());
        one(&mut one_version);
        let mut one_version_and_no_mappings = mappings_denied.clone();
        one(&mut one_version_and_no_mappings);
        cases(
            &CHECK,
            [
                ("two versions", with_function(|_| ()), Says::Pass),
                ("never published", with_function(|function| function.versions = Fact::Known(vec![])), Says::Fail),
                ("one version", one_version, Says::Fail),
                ("one version is enough to fail", one_version_and_no_mappings, Says::Fail),
                ("mapping to an alias", mapped(":live", "Enabled"), Says::Pass),
                ("mapping to a version", mapped(":2", "Enabled"), Says::Pass),
                ("mapping to an alias of $LATEST", aliased(Fact::Known(vec![alias("$LATEST")])), Says::Fail),
                ("mapping to an alias of a version", aliased(Fact::Known(vec![alias("2")])), Says::Pass),
                ("mapping to an alias, aliases unread", aliased(Fact::unread("lambda:ListAliases")), Says::Unknown),
                ("mapping to the function", mapped("", "Enabled"), Says::Fail),
                ("mapping to $LATEST", mapped(":$LATEST", "Enabled"), Says::Fail),
                ("disabled mapping", mapped("", "Disabled"), Says::Pass),
                ("mapping of another function", mapped("-archive", "Enabled"), Says::Pass),
                ("mappings denied", mappings_denied, Says::Unknown),
                ("unread", with_function(|function| function.versions = Fact::unread("lambda:ListVersionsByFunction")), Says::Unknown),
                (
                    "denied",
                    with_function(|function| function.versions = Gap::denied("lambda:ListVersionsByFunction", "no").into()),
                    Says::Unknown,
                ),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }
}
