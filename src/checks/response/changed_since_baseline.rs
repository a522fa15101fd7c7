//! IR-008: a function has what it did not have when somebody last said that all was well.

use std::collections::BTreeSet;

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Arn, EventSourceMapping, Fact, Function, Gap, PolicyText, Posture, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-008",
    slug: "changed-since-baseline",
    title: "A function has no trigger, grant, URL, layer, role or variable that nobody approved",
    layer: Layer::Response,
    severity: Severity::High,
    why: "Whoever wants to stay leaves something behind: a trigger that calls back, a grant for an account of their own, a layer that \
          reads every event, a variable that loads code. Each looks ordinary; that it is new does not.",
    how: "The account is held against the snapshot that `scan --baseline` names: of a function that is in both, what is there and was \
          not. What was removed, functions that are new, and other code are no part of it. Not asked without a baseline of the account.",
    links: Links { csf: &["DE.AE", "RS.AN"], owasp: &["S10"], csa: &["SAS-3"], attack: &["T1546", "T1098"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:GetPolicy", "lambda:ListEventSourceMappings", "lambda:ListFunctionUrlConfigs", "lambda:ListFunctions"],
        provider: "AWS Config and CloudTrail tell what was changed where they are on; what of it was approved AWS does not know.",
        avoids: &[
            "Other code, or another version of a layer that was there",
            "A trigger that was deleted and made again for the same source",
            "What was taken away",
            "A function that is new",
            "An account of which there is no baseline",
        ],
        cli: "aws lambda update-event-source-mapping --uuid <MAPPING_UUID> --no-enabled --region <REGION>
aws lambda remove-permission --function-name <FUNCTION_NAME> --statement-id <STATEMENT_ID> --region <REGION>
aws lambda delete-function-url-config --function-name <FUNCTION_NAME> --region <REGION>
aws lambda update-function-configuration --function-name <FUNCTION_NAME> --role <ROLE_ARN> --layers <LAYER_VERSION_ARN> --environment file://environment.json --region <REGION>
# What is right after all is approved by a new baseline.",
        cloudformation: "# A change set with --deployment-mode REVERT_DRIFT takes role, layers and variables back.
# What was made beside the template goes with the AWS CLI.",
        terraform: "# terraform apply takes role, layers and variables back; what was made beside the configuration goes with the AWS CLI.",
        undo: "aws lambda update-event-source-mapping --uuid <MAPPING_UUID> --enabled --region <REGION>
aws lambda add-permission --function-name <FUNCTION_NAME> --statement-id <STATEMENT_ID> --action <ACTION> --principal <PRINCIPAL> --region <REGION>
aws lambda create-function-url-config --function-name <FUNCTION_NAME> --auth-type AWS_IAM --region <REGION>
A function URL that was deleted comes back with another address",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let Some(before) = context.settings.baseline(&context.posture.account) else {
        return vec![context.one(&CHECK, context.posture.root(), "", Ok(Ruling::NotApplicable))];
    };
    context.each(&CHECK, |region| &region.functions, |_, function| judge(context, before, function))
}

/// One thing that is new, as an attacker would have use for it.
struct New {
    what: String,
    evidence: Evidence,
    /// What takes it away again.
    undo: Vec<String>,
}

fn judge(context: &Context<'_>, before: &Posture, function: &Function) -> Result<Ruling, Gap> {
    let Some(was) = before.function(&function.arn) else {
        let listed = before.regions.get(function.arn.region()).map(|region| region.functions.all());
        return match listed {
            Some(Ok(_)) => Ok(Ruling::NotApplicable),
            Some(Err(gap)) => Err(gap.clone()),
            None => Err(Gap::unsupported("the baseline does not have this Region")),
        };
    };
    let mut news = Vec::new();
    let mut gap: Option<Gap> = None;
    let mut take = |answer: Result<Vec<New>, Gap>| match answer {
        Ok(some) => news.extend(some),
        Err(why) => _ = gap.get_or_insert(why),
    };
    take(Ok(role(was, function)));
    take(triggers(context, before, function));
    for (qualifier, policy) in &function.policies {
        take(grants_of(was, qualifier, policy));
    }
    take(urls(was, function));
    take(Ok(layers(was, function)));
    take(variables(was, function));
    if news.is_empty() {
        return gap.map_or(Ok(Ruling::Pass), Err);
    }
    let what: Vec<&str> = news.iter().map(|new| new.what.as_str()).collect();
    let message = format!("{} has since the baseline {}", function.name, what.join(", "));
    let subject = news.iter().flat_map(|new| new.undo.clone()).collect();
    Ok(Fault::new(message, news.into_iter().map(|new| new.evidence).collect()).subject(subject).into())
}

fn new(what: String, source: &'static str, pointer: &str, value: &str) -> New {
    New { what, evidence: Evidence::field(source, pointer, value), undo: Vec::new() }
}

fn role(was: &Function, function: &Function) -> Vec<New> {
    let changed = was.role != function.role;
    let what = || format!("another role, {}", function.role.name());
    changed.then(|| new(what(), "lambda:ListFunctions", "Role", function.role.as_str())).into_iter().collect()
}

fn triggers(context: &Context<'_>, before: &Posture, function: &Function) -> Result<Vec<New>, Gap> {
    let region = before.regions.get(function.arn.region());
    let Some(region) = region else { return Err(Gap::unread("lambda:ListEventSourceMappings")) };
    let known = |mapping: &&&EventSourceMapping| {
        // A mapping that was deleted and made again for the same source is no other.
        let same = |old: &EventSourceMapping| {
            old.uuid == mapping.uuid || (old.source.is_some() && old.source == mapping.source && old.function == mapping.function)
        };
        !region.event_source_mappings.items.iter().any(same)
    };
    let found: Vec<_> = context.known_mappings_of(function).iter().filter(known).collect();
    if !found.is_empty() {
        region.event_source_mappings.all()?;
    }
    context.mappings_of(function)?;
    Ok(found
        .into_iter()
        .map(|mapping| {
            let source = mapping.source.as_ref().map_or("a source of its own", Arn::as_str);
            let new = new(format!("a trigger from {source}"), "lambda:ListEventSourceMappings", &mapping.uuid, source);
            New { undo: vec![format!("mapping {}", mapping.uuid)], ..new }
        })
        .collect())
}

fn grants_of(was: &Function, qualifier: &str, policy: &Fact<Option<PolicyText>>) -> Result<Vec<New>, Gap> {
    let Some(policy) = policy.known()? else { return Ok(Vec::new()) };
    let old = match was.policies.get(qualifier) {
        Some(old) => old.known()?.as_ref(),
        None => None,
    };
    let old = old.map_or_else(|| Ok(Vec::new()), |old| statements(old.as_str()))?;
    let added = statements(policy.as_str())?.into_iter().filter(|statement| !old.contains(statement));
    let grant = |statement: serde_json::Value| {
        let sid = statement.get("Sid").and_then(serde_json::Value::as_str).unwrap_or("without a Sid");
        let new = new(format!("a grant {sid}"), "lambda:GetPolicy", qualifier, &statement.to_string());
        New { undo: vec![format!("grant {qualifier} {sid}")], ..new }
    };
    Ok(added.map(grant).collect())
}

fn statements(policy: &str) -> Result<Vec<serde_json::Value>, Gap> {
    let document: serde_json::Value =
        serde_json::from_str(policy).map_err(|_| Gap::failed("lambda:GetPolicy", "the policy is not JSON"))?;
    Ok(match document.get("Statement") {
        Some(serde_json::Value::Array(statements)) => statements.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    })
}

fn urls(was: &Function, function: &Function) -> Result<Vec<New>, Gap> {
    let old = was.urls.known()?;
    let mut news = Vec::new();
    for url in function.urls.known()? {
        let before = old.iter().find(|old| old.qualifier == url.qualifier);
        let what = match before {
            None => format!("a URL on {}", url.qualifier),
            Some(before) if url.auth_none && !before.auth_none => {
                format!("a URL on {} that asks for no credentials any more", url.qualifier)
            }
            Some(_) => continue,
        };
        let undo = if before.is_none() { vec![format!("url {}", url.qualifier)] } else { Vec::new() };
        news.push(New { undo, ..new(what, "lambda:ListFunctionUrlConfigs", "FunctionUrl", &url.url) });
    }
    Ok(news)
}

fn layers(was: &Function, function: &Function) -> Vec<New> {
    // Another version of a layer that was there is a deployment like that of code.
    let plain = |arn: &Arn| arn.as_str().rsplit_once(':').map_or_else(|| arn.as_str().to_owned(), |(layer, _)| layer.to_owned());
    let old: BTreeSet<String> = was.layers.iter().map(plain).collect();
    let added = function.layers.iter().filter(|layer| !old.contains(&plain(layer)));
    added.map(|layer| new(format!("a layer {layer}"), "lambda:ListFunctions", "Layers", layer.as_str())).collect()
}

fn variables(was: &Function, function: &Function) -> Result<Vec<New>, Gap> {
    let old = was.environment.known()?;
    let added = function.environment.known()?.keys().filter(|key| !old.contains_key(*key));
    Ok(added.map(|key| new(format!("a variable {key}"), "lambda:ListFunctions", "Environment.Variables", key)).collect())
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let call = |operation: &'static str| Call::new("lambda", operation, &*verdict.region);
    let name = verdict.resource.as_str();
    let plan = Plan::new(Effort::Guided, Risk::Manual, "Take away what nobody approved, or approve it by a new baseline")
        .step("Look in CloudTrail for who added it: what nobody knows of is an incident");
    let plan = fault.subject.iter().fold(plan, |plan, thing| match thing.split(' ').collect::<Vec<_>>().as_slice() {
        ["mapping", uuid] => plan.step(call("update-event-source-mapping").with("uuid", *uuid).flag("no-enabled")),
        ["grant", qualifier, sid] => {
            let call = call("remove-permission").with("function-name", name).with("statement-id", *sid);
            plan.step(if *qualifier == Function::UNQUALIFIED { call } else { call.with("qualifier", *qualifier) })
        }
        ["url", qualifier] => {
            let call = call("delete-function-url-config").with("function-name", name);
            plan.step(if *qualifier == Function::UNQUALIFIED { call } else { call.with("qualifier", *qualifier) })
        }
        _ => plan,
    });
    Some(plan.step("Role, layers and variables go back by deploying the function from its template"))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{REGION, Says, ask_with, denied, with_function},
        },
        model::{
            Arn, EnvironmentValue, EventSourceMapping, Fact, FingerprintKey, Function, FunctionUrl, Gap, Listing, PolicyText, Posture,
        },
    };

    fn against(before: Posture) -> Settings {
        Settings { baselines: vec![Arc::new(before)], ..Settings::default() }
    }

    fn function(posture: &mut Posture) -> &mut Function {
        &mut posture.regions.get_mut(REGION).unwrap().functions.items[0]
    }

    fn policy(sids: &[&str]) -> Fact<Option<PolicyText>> {
        let statements: Vec<_> = sids.iter().map(|sid| serde_json::json!({ "Sid": sid, "Effect": "Allow" })).collect();
        Fact::Known(Some(PolicyText::new(serde_json::json!({ "Version": "2012-10-17", "Statement": statements }).to_string())))
    }

    type Change = fn(&mut Posture);

    fn changes() -> Vec<(&'static str, Change)> {
        vec![
            ("role", |posture| function(posture).role = Arn::from("arn:aws:iam::123456789012:role/admin")),
            ("trigger", |posture| {
                let mapping = EventSourceMapping::new(
                    Arn::from("arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:a"),
                    "a",
                    Arn::from("arn:aws:lambda:eu-west-1:123456789012:function:orders"),
                );
                posture.regions.get_mut(REGION).unwrap().event_source_mappings = Listing::complete(vec![mapping]);
            }),
            ("grant", |posture| _ = function(posture).policies.insert("$LATEST".to_owned(), policy(&["evil"]))),
            ("url", |posture| {
                let url = FunctionUrl { qualifier: "$LATEST".to_owned(), url: "https://x.example".to_owned(), auth_none: true, cors: None };
                function(posture).urls = Fact::Known(vec![url]);
            }),
            ("layer", |posture| function(posture).layers.push(Arn::from("arn:aws:lambda:eu-west-1:999999999999:layer:spy:1"))),
            ("variable", |posture| {
                let value = EnvironmentValue::classify("NODE_OPTIONS", "--require /tmp/x", &FingerprintKey::new([7; 32]));
                function(posture).environment = Fact::Known(BTreeMap::from([("NODE_OPTIONS".to_owned(), value)]));
            }),
        ]
    }

    fn says(now: &Posture, before: Posture) -> Says {
        let said = ask_with(&CHECK, now, &against(before));
        assert_eq!(said.len(), 1, "{said:?}");
        said[0].1
    }

    #[test]
    fn what_is_new_is_told_and_what_went_is_not() {
        for (name, change) in changes() {
            let plain = with_function(|_| ());
            let mut changed = with_function(|_| ());
            change(&mut changed);
            assert_eq!(says(&changed, plain.clone()), Says::Fail, "{name}");
            assert_eq!(says(&changed, changed.clone()), Says::Pass, "{name}, approved");
            // A role cannot go: there is always one.
            assert_eq!(says(&plain, changed), if name == "role" { Says::Fail } else { Says::Pass }, "{name}, taken away");
        }
    }

    #[test]
    fn ordinary_deployments_are_none_of_its_business() {
        let deployed = |version: &str| {
            with_function(|function| {
                function.code_sha256 = Some(version.to_owned());
                function.layers.push(Arn::from(format!("arn:aws:lambda:eu-west-1:123456789012:layer:tools:{version}")));
            })
        };
        assert_eq!(says(&deployed("2"), deployed("1")), Says::Pass, "another version of the same layer");
        let again = |uuid: &str| {
            let mut posture = with_function(|_| ());
            let mut mapping = EventSourceMapping::new(
                Arn::from(format!("arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:{uuid}")),
                uuid,
                Arn::from("arn:aws:lambda:eu-west-1:123456789012:function:orders"),
            );
            mapping.source = Some(Arn::from("arn:aws:sqs:eu-west-1:123456789012:orders"));
            posture.regions.get_mut(REGION).unwrap().event_source_mappings = Listing::complete(vec![mapping]);
            posture
        };
        assert_eq!(says(&again("b"), again("a")), Says::Pass, "the same trigger made again");
        let mut before = with_function(|_| ());
        before.regions.get_mut(REGION).unwrap().functions.items.clear();
        assert_eq!(says(&with_function(|_| ()), before), Says::NotApplicable, "a new function");
    }

    #[test]
    fn what_is_not_known_on_either_side_is_unknown() {
        let plain = || with_function(|_| ());
        let untold = || with_function(|function| function.urls = Gap::denied("lambda:ListFunctionUrlConfigs", "no").into());
        assert_eq!(says(&untold(), plain()), Says::Unknown, "denied now");
        assert_eq!(says(&plain(), untold()), Says::Unknown, "denied then");
        let unread =
            with_function(|function| function.policies = BTreeMap::from([("$LATEST".to_owned(), Fact::unread("lambda:GetPolicy"))]));
        assert_eq!(says(&unread, plain()), Says::Unknown, "unread now");
        let granted = with_function(|function| {
            let denied = Gap::denied("lambda:GetPolicy", "no").into();
            function.policies = BTreeMap::from([("$LATEST".to_owned(), denied), ("live".to_owned(), policy(&["evil"]))]);
        });
        assert_eq!(says(&granted, plain()), Says::Fail, "one policy denied, and a grant in another");
        let mut regionless = plain();
        regionless.regions.clear();
        assert_eq!(says(&plain(), regionless), Says::Unknown, "no such Region then");
        assert_eq!(says(&denied(), plain()), Says::Unknown, "list denied");
        let mut unlisted = plain();
        unlisted.regions.get_mut(REGION).unwrap().functions = Listing::default();
        assert_eq!(says(&plain(), unlisted), Says::Unknown, "list unread then");
        let mut other = plain();
        other.account = "999999999999".to_owned();
        assert_eq!(says(&plain(), other), Says::NotApplicable, "the baseline of another account");
    }

    #[test]
    fn the_plan_takes_away_what_a_call_can() {
        let mut changed = with_function(|_| ());
        changes().into_iter().for_each(|(_, change)| change(&mut changed));
        let settings = against(with_function(|_| ()));
        let context = Context::new(&changed, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let commands = (CHECK.fix)(&context, &verdict).unwrap().commands().join("\n");
        for part in ["update-event-source-mapping --uuid a --no-enabled", "--statement-id evil", "delete-function-url-config"] {
            assert!(commands.contains(part), "{part} is not in {commands}");
        }
    }
}
