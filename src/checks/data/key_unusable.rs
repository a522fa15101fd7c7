//! DP-002: a function depends on a key that cannot be used.

use std::collections::HashMap;

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Arn, Function, FunctionState, Gap, Key, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-002",
    slug: "key-unusable",
    title: "The key that a function depends on can be used",
    layer: Layer::Data,
    severity: Severity::Critical,
    why: "Without its key the function's environment or code cannot be decrypted: new executions fail. Once a key is deleted, everything \
          that it encrypted is lost for good. Disabling keys is also how an attacker holds data to ransom.",
    how: "KMSKeyArn of the function names a key that is disabled, pending deletion or otherwise unusable by DescribeKey, or that is not \
          there; or the function's own State or LastUpdateStatus says that KMS refused. The keys of other accounts cannot be read, so a \
          function that uses one is unknown unless it says itself that it fails.",
    links: Links { security_hub: &["KMS.3"], csf: &["PR.DS"], attack: &["T1485"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Kms],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:GetFunction", "kms:ListKeys", "kms:ListAliases", "kms:DescribeKey"],
        provider: "AWS keeps a key for a waiting period of 7 to 30 days after its deletion is asked for, and brings none back afterwards",
        avoids: &[
            "A disabled key on which no function depends",
            "A function without a KMSKeyArn of which Lambda reports no trouble with a key",
            "A key of another account, or a list of keys that could not be read: what is not found there is unknown, not gone",
            "A KMSKeyArn that names an alias of a key in order",
        ],
        cli: "aws kms cancel-key-deletion --key-id <KEY_ARN> --region <REGION>\n\
aws kms enable-key --key-id <KEY_ARN> --region <REGION>",
        cloudformation: "# CloudFormation cannot cancel a deletion: do that with the AWS CLI first.
Type: AWS::KMS::Key
DeletionPolicy: Retain
Properties:
  Enabled: true",
        terraform: r#"# Terraform cannot cancel a deletion: do that with the AWS CLI first.
resource "aws_kms_key" "<NAME>" {
  is_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}"#,
        undo: "aws kms disable-key --key-id <KEY_ARN> --region <REGION>\n\
aws kms schedule-key-deletion --key-id <KEY_ARN> --pending-window-in-days 30 --region <REGION>",
    },
};

/// What Lambda says when KMS refuses.
const REFUSED: [&str; 4] = ["DisabledKMSKey", "InvalidStateKMSKey", "KMSKeyAccessDenied", "KMSKeyNotFound"];

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let aliases = aliases(context);
    context.each(&CHECK, |region| &region.functions, |_, function| judge(context, &aliases, function))
}

/// Keys by the ARNs of their aliases.
fn aliases<'a>(context: &Context<'a>) -> HashMap<String, &'a Key> {
    let mut aliases = HashMap::new();
    for key in context.posture.regions.values().flat_map(|region| &region.keys.items) {
        for alias in key.aliases.known().into_iter().flatten() {
            let arn = Arn::build(key.arn.partition(), "kms", key.arn.region(), key.arn.account(), alias);
            aliases.insert(arn.as_str().to_owned(), key);
        }
    }
    aliases
}

fn judge<'a>(context: &Context<'a>, aliases: &HashMap<String, &'a Key>, function: &Function) -> Result<Ruling, Gap> {
    if let Some((pointer, code)) = function.state.known().ok().and_then(refused) {
        let evidence = vec![
            Evidence::field("lambda:GetFunction", pointer, code),
            Evidence::field("lambda:ListFunctions", "KMSKeyArn", function.kms_key.as_ref().map_or("none", Arn::as_str)),
        ];
        return Ok(Ruling::fail(format!("{} cannot use its key: {code}", function.name), evidence));
    }
    let Some(arn) = &function.kms_key else { return Ok(Ruling::NotApplicable) };
    let named = Evidence::field("lambda:ListFunctions", "KMSKeyArn", arn);
    let Some(key) = find(context, aliases, arn) else {
        return missing(context, arn).map(|()| Ruling::fail(format!("The key of {} is not there", function.name), vec![named]));
    };
    let metadata = key.metadata.known()?;
    if !matches!(metadata.state.as_str(), "Enabled" | "Creating" | "Updating") {
        let mut evidence = vec![named, Evidence::field("kms:DescribeKey", "KeyState", &metadata.state)];
        if let Some(deletion) = metadata.deletion {
            evidence.push(Evidence::field("kms:DescribeKey", "DeletionDate", deletion.to_string()));
        }
        let message = match metadata.state.as_str() {
            "Disabled" => format!("The key of {} is disabled", function.name),
            "PendingDeletion" => format!("The key of {} is about to be deleted", function.name),
            state => format!("The key of {} cannot be used: {state}", function.name),
        };
        return Ok(Fault::new(message, evidence).into());
    }
    // The key is in order, but only the function knows whether it may be used.
    function.state.known()?;
    Ok(Ruling::Pass)
}

fn refused(state: &FunctionState) -> Option<(&'static str, &str)> {
    [("StateReasonCode", &state.reason_code), ("LastUpdateStatusReasonCode", &state.last_update_reason_code)]
        .into_iter()
        .find_map(|(pointer, code)| Some((pointer, code.as_deref().filter(|code| REFUSED.contains(code))?)))
}

fn find<'a>(context: &Context<'a>, aliases: &HashMap<String, &'a Key>, arn: &Arn) -> Option<&'a Key> {
    if arn.resource().starts_with("alias/") { aliases.get(arn.as_str()).copied() } else { context.posture.key(arn) }
}

/// Whether a key that was not found is known not to exist.
fn missing(context: &Context<'_>, arn: &Arn) -> Result<(), Gap> {
    if arn.account() != context.posture.account {
        return Err(Gap::new(crate::model::GapKind::Unread, "kms:DescribeKey", "the key belongs to another account"));
    }
    let region = context.posture.regions.get(arn.region()).ok_or_else(|| Gap::unread("kms:ListKeys"))?;
    let keys = region.keys.all()?;
    match keys.iter().find_map(|key| key.aliases.gap()) {
        Some(gap) if arn.resource().starts_with("alias/") => Err(gap.clone()),
        _ => Ok(()),
    }
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let name = &function.name;
    let aliases = aliases(context);
    let known =
        function.kms_key.as_ref().and_then(|arn| find(context, &aliases, arn)).and_then(|key| Some((key, key.metadata.known().ok()?)));
    let call = |key: &Key, operation| Call::new("kms", operation, key.arn.region()).with("key-id", key.arn.as_str());
    match known {
        Some((key, metadata)) if metadata.state == "PendingDeletion" => {
            // KMS waits 7 to 30 days.
            let days = metadata.deletion.map_or(30, |deletion| deletion.days_since(context.now()).clamp(7, 30));
            Some(
                Plan::new(Effort::OneKey, Risk::Careful, format!("Keep the key of {name} and enable it"))
                    .step(call(key, "cancel-key-deletion"))
                    .step(call(key, "enable-key"))
                    .undo(call(key, "schedule-key-deletion").with("pending-window-in-days", days.to_string())),
            )
        }
        Some((key, metadata)) if metadata.state == "Disabled" => Some(
            Plan::new(Effort::OneKey, Risk::Careful, format!("Enable the key of {name}"))
                .step(call(key, "enable-key"))
                .undo(call(key, "disable-key")),
        ),
        _ => Some(
            Plan::new(Effort::Guided, Risk::Manual, format!("Give {name} a key that it can use"))
                .step(format!(
                    "Let the role {} use the key (kms:Decrypt in its policy and in the key's), or name another key",
                    function.role.name()
                ))
                .step(
                    Call::new("lambda", "update-function-configuration", &*verdict.region)
                        .with("function-name", verdict.resource.as_str())
                        .ask("kms-key-arn", "ARN of a key that is enabled"),
                ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{REGION, Says, cases, denied, key, with_function},
        },
        model::{Arn, Fact, Gap, Key, Listing, Posture},
    };

    const OWN: &str = "arn:aws:kms:eu-west-1:123456789012:key/own";

    fn with_key(change: impl FnOnce(&mut Key)) -> Posture {
        let mut posture = with_function(|function| function.kms_key = Some(Arn::from(OWN)));
        let mut key = key("own");
        change(&mut key);
        posture.regions.get_mut(REGION).unwrap().keys.items.push(key);
        posture
    }

    fn in_state(state: &str) -> Posture {
        with_key(|key| key.metadata.known_mut().unwrap().state = state.to_owned())
    }

    fn with_keys(arn: &str, keys: Listing<Key>) -> Posture {
        let mut posture = with_function(|function| function.kms_key = Some(Arn::from(arn)));
        posture.regions.get_mut(REGION).unwrap().keys = keys;
        posture
    }

    fn refused(code: &str) -> Posture {
        with_function(|function| function.state.known_mut().unwrap().reason_code = Some(code.to_owned()))
    }

    fn named(alias: &str) -> Listing<Key> {
        let mut key = key("own");
        key.aliases = Fact::Known(vec![alias.to_owned()]);
        Listing::complete(vec![key])
    }

    #[test]
    fn rules() {
        let alias = "arn:aws:kms:eu-west-1:123456789012:alias/app";
        let foreign = "arn:aws:kms:eu-west-1:999999999999:key/theirs";
        let mut stateless = in_state("Enabled");
        stateless.regions.get_mut(REGION).unwrap().functions.items[0].state = Fact::unread("lambda:GetFunction");
        cases(
            &CHECK,
            [
                ("no key", with_function(|_| ()), Says::NotApplicable),
                ("enabled", in_state("Enabled"), Says::Pass),
                ("disabled", in_state("Disabled"), Says::Fail),
                ("pending deletion", in_state("PendingDeletion"), Says::Fail),
                ("material gone", in_state("PendingImport"), Says::Fail),
                ("enabled, but the function was not asked", stateless, Says::Unknown),
                ("the function says that KMS refuses", refused("KMSKeyAccessDenied"), Says::Fail),
                ("the function is idle", refused("Idle"), Says::NotApplicable),
                ("by alias", with_keys(alias, named("alias/app")), Says::Pass),
                ("by an alias that is not there", with_keys(alias, named("alias/other")), Says::Fail),
                ("not there", with_keys(OWN, Listing::complete(vec![])), Says::Fail),
                ("keys denied", with_keys(OWN, Listing::partial(vec![], Gap::denied("kms:ListKeys", "no"))), Says::Unknown),
                ("keys unread", with_keys(OWN, Listing::default()), Says::Unknown),
                ("another account's", with_keys(foreign, Listing::complete(vec![])), Says::Unknown),
                (
                    "a Region that was not read",
                    with_keys("arn:aws:kms:us-east-1:123456789012:key/x", Listing::complete(vec![])),
                    Says::Unknown,
                ),
                ("key denied", with_key(|key| key.metadata = Gap::denied("kms:DescribeKey", "no").into()), Says::Unknown),
                ("key unread", with_key(|key| key.metadata = Fact::unread("")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn a_key_on_its_way_out_is_kept() {
        let posture = with_key(|key| {
            let metadata = key.metadata.known_mut().unwrap();
            metadata.state = "PendingDeletion".to_owned();
            metadata.deletion = Some("2026-12-05T00:00:00Z".parse().unwrap());
        });
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert_eq!(plan.actions(), ["kms:CancelKeyDeletion", "kms:EnableKey"]);
        assert!(plan.undo_commands()[0].contains("--pending-window-in-days 11"));
    }
}
