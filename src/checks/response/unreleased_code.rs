//! IR-006: what runs is not what was released.

use super::{feeds_latest, latest};
use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Function, Gap, Source, Version},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-006",
    slug: "unreleased-code",
    title: "The code that runs is the code that was released",
    layer: Layer::Response,
    severity: Severity::High,
    why: "Whoever may upload code runs what they like as the function's role. Where releases are published as versions, code that was \
          never published and is invoked all the same went past the pipeline: by somebody's hand, or an intruder's.",
    how: "Only of functions with published versions. ListFunctions gives $LATEST another CodeSha256 than the newest version has, and an \
          enabled mapping, a function URL or a resource policy starts $LATEST, perhaps by an alias that points at it. Where everything that is known goes through versions and \
          aliases, $LATEST may differ: that is where a deployment begins. Who uploaded it CloudTrail knows; that is not read.",
    links: Links { csf: &["RS.AN", "PR.PS"], owasp: &["S10"], csa: &["SAS-3"], attack: &["T1546", "T1525"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:GetPolicy",
            "lambda:ListAliases",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctionUrlConfigs",
            "lambda:ListFunctions",
            "lambda:ListVersionsByFunction",
        ],
        provider: "Lambda never changes a published version and runs as $LATEST whatever was uploaded last; which of the two was \
                   released it does not know.",
        avoids: &[
            "A function of which no version was ever published",
            "Other code in $LATEST that nothing known starts, as that is where a deployment begins",
            "A mapping or a function URL of an alias that points at a version, or a mapping that is disabled",
        ],
        cli: "aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=UpdateFunctionCode20150331v2 --region <REGION>
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

/// The newest of the published versions.
fn newest(versions: &[Version]) -> Option<&Version> {
    versions.iter().max_by_key(|version| version.number.parse::<u64>().unwrap_or_default())
}

fn judge(context: &Context<'_>, function: &Function) -> Result<Ruling, Gap> {
    let Some(newest) = newest(function.versions.known()?) else { return Ok(Ruling::NotApplicable) };
    let (Some(runs), Some(released)) = (&function.code_sha256, &newest.code_sha256) else {
        return Err(Gap::unsupported("CodeSha256 was not told"));
    };
    if runs == released {
        return Ok(Ruling::Pass);
    }
    let Some((how, evidence)) = latest_starts(context, function)? else { return Ok(Ruling::Pass) };
    let evidence = vec![
        Evidence::field("lambda:ListFunctions", "CodeSha256", runs),
        Evidence::field("lambda:ListVersionsByFunction", format!("{} CodeSha256", newest.number), released),
        evidence,
    ];
    let message = format!("{how} starts code of {} that is not that of version {}, the newest", function.name, newest.number);
    Ok(Fault::new(message, evidence).subject(vec![newest.number.clone()]).into())
}

/// What starts `$LATEST` of `function`, if anything does.
fn latest_starts(context: &Context<'_>, function: &Function) -> Result<Option<(&'static str, Evidence)>, Gap> {
    let mut gap = None;
    for mapping in context.known_mappings_of(function) {
        match feeds_latest(function, mapping) {
            Ok(true) => {
                let pointer = format!("{} FunctionArn", mapping.uuid);
                let evidence = Evidence::field("lambda:ListEventSourceMappings", pointer, mapping.function.as_str());
                return Ok(Some(("an event source mapping", evidence)));
            }
            Ok(false) => {}
            Err(why) => _ = gap.get_or_insert(why),
        }
    }
    let aliases = latest(function);
    let is_latest = |qualifier: &str| qualifier == Function::UNQUALIFIED || aliases.as_ref().is_ok_and(|names| names.contains(&qualifier));
    let of_latest = function.urls.known().map(|urls| urls.iter().find(|url| is_latest(&url.qualifier)));
    if let Ok(Some(url)) = of_latest {
        return Ok(Some(("its function URL", Evidence::field("lambda:ListFunctionUrlConfigs", "FunctionUrl", &url.url))));
    }
    let policy = function.policies.get(Function::UNQUALIFIED);
    let granted = function.policies.iter().find(|(qualifier, policy)| is_latest(qualifier) && matches!(policy.known(), Ok(Some(_))));
    if let Some((qualifier, _)) = granted {
        return Ok(Some(("who is named in its policy", Evidence::field("lambda:GetPolicy", "Policy", format!("of {qualifier}")))));
    }
    if let Some(gap) = gap {
        return Err(gap);
    }
    context.mappings_of(function)?;
    of_latest?;
    aliases?;
    match policy {
        Some(policy) => _ = policy.known()?,
        None => return Err(Gap::unread("lambda:GetPolicy")),
    }
    Ok(None)
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let version = fault.subject.first()?;
    let name = verdict.resource.as_str();
    let call = |operation: &'static str| Call::new("lambda", operation, &*verdict.region).with("function-name", name);
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Find out whose code it is, and start the released version in the meantime")
            .step(call("get-function"))
            .step("Look in CloudTrail for the last UpdateFunctionCode20150331v2 of this function: who called it, and from where")
            .step(call("create-alias").with("name", "released").with("function-version", version))
            .step("Let triggers, URL and callers name the alias; publish the code as a version if it is right after all")
            .undo(call("delete-alias").with("name", "released")),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::CHECK;
    use crate::{
        checks::testing::{REGION, Says, cases, denied, with_function},
        model::{Alias, Arn, EventSourceMapping, Fact, Function, FunctionUrl, Gap, Listing, PolicyText, Posture, Version},
    };

    /// Code `b` that came after version 10, which has code `a`.
    fn changed(change: impl FnOnce(&mut Function)) -> Posture {
        let version =
            |number: &str, code: &str| Version { number: number.to_owned(), code_sha256: Some(code.to_owned()), last_modified: None };
        with_function(|function| {
            function.code_sha256 = Some("b".to_owned());
            function.versions = Fact::Known(vec![version("9", "b"), version("10", "a")]);
            change(function);
        })
    }

    fn mapped(qualifier: &str, state: &str) -> Posture {
        let mut posture = changed(|_| ());
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

    fn url(qualifier: &str) -> Posture {
        let url = FunctionUrl { qualifier: qualifier.to_owned(), url: "https://x.example".to_owned(), auth_none: false, cors: None };
        changed(|function| function.urls = Fact::Known(vec![url]))
    }

    #[test]
    fn rules() {
        let policy = |function: &mut Function| {
            let text = PolicyText::from(r#"{"Version":"2012-10-17","Statement":[]}"#);
            function.policies.insert("$LATEST".to_owned(), Fact::Known(Some(text)));
        };
        let alias =
            || Alias { name: "live".to_owned(), version: Function::UNQUALIFIED.to_owned(), weights: BTreeMap::new(), revision_id: None };
        let granted_by_alias = |function: &mut Function| {
            policy(function);
            let text = function.policies.remove("$LATEST").unwrap();
            function.policies.extend([("$LATEST".to_owned(), Fact::Known(None)), ("live".to_owned(), text)]);
            function.aliases = Fact::Known(vec![alias()]);
        };
        let mut url_of_latest = url("live");
        url_of_latest.regions.get_mut(REGION).unwrap().functions.items[0].aliases = Fact::Known(vec![alias()]);
        let mut unread = changed(|_| ());
        unread.regions.get_mut(REGION).unwrap().event_source_mappings = Listing::default();
        cases(
            &CHECK,
            [
                ("released", changed(|function| function.code_sha256 = Some("a".to_owned())), Says::Pass),
                ("an older release is not it", mapped("", "Enabled"), Says::Fail),
                ("a mapping of $LATEST", mapped(":$LATEST", "Enabled"), Says::Fail),
                ("a mapping of an alias", mapped(":live", "Enabled"), Says::Pass),
                ("a mapping that is off", mapped("", "Disabled"), Says::Pass),
                ("a URL", url("$LATEST"), Says::Fail),
                ("a URL of an alias", url("live"), Says::Pass),
                ("a URL of an alias of $LATEST", url_of_latest, Says::Fail),
                ("a policy", changed(policy), Says::Fail),
                ("a policy of an alias of $LATEST", changed(granted_by_alias), Says::Fail),
                ("aliases denied", changed(|it| it.aliases = Gap::denied("lambda:ListAliases", "no").into()), Says::Unknown),
                ("nothing starts it", changed(|_| ()), Says::Pass),
                ("never released", changed(|function| function.versions = Fact::Known(vec![])), Says::NotApplicable),
                ("code untold", changed(|function| function.code_sha256 = None), Says::Unknown),
                ("mappings unread", unread, Says::Unknown),
                ("URLs unread", changed(|function| function.urls = Fact::unread("lambda:ListFunctionUrlConfigs")), Says::Unknown),
                ("policies unread", changed(|function| function.policies.clear()), Says::Unknown),
                (
                    "versions denied",
                    changed(|function| function.versions = Gap::denied("lambda:ListVersionsByFunction", "no").into()),
                    Says::Unknown,
                ),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }
}
