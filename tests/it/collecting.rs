//! Collecting from the emulators: what they hold comes through unchanged, what they lack is a gap and nothing else.

use std::collections::BTreeSet;

use palisade::{
    live,
    model::{Arn, EnvironmentValue, Fact, Function, GapKind, Posture, Region, Source, SourceRun, SourceState},
};
use tokio_util::sync::CancellationToken;

use crate::{
    emulator::{Emulator, Kind},
    planted::{self, PASSWORD, Planted, REGION, STRANGER},
};

async fn collected(kind: Kind) -> (Planted, Posture) {
    let emulator = Emulator::start(kind);
    let planted = planted::plant(&emulator).await;
    let session = live::connect(&emulator.endpoint.options(REGION)).await.unwrap();
    assert_eq!(session.account, kind.account());
    let mut parts = 0;
    let posture = live::gather(&session, &CancellationToken::new(), |_| parts += 1).await;
    assert!(parts > 10, "progress was heard of {parts} times");
    (planted, posture)
}

/// What an emulator would not take, and what it could not be asked: `kind action`.
struct Lacks {
    refused: &'static [&'static str],
    gaps: &'static [&'static str],
}

const MOTO: Lacks = Lacks {
    refused: &[
        "code signing",
        "function layered",
        "function layered-2",
        "recursion of looping",
        "recursion of looping-2",
        "roles of members",
        "roles of visitors",
        "runtime management",
    ],
    gaps: &[
        "unsupported lambda:GetAccountSettings",
        "unsupported lambda:GetFunctionRecursionConfig",
        "unsupported lambda:GetRuntimeManagementConfig",
        "unsupported lambda:ListCapacityProviders",
        "unsupported lambda:ListCodeSigningConfigs",
        "unsupported lambda:ListFunctionUrlConfigs",
        "unsupported lambda:ListMicrovmImages",
        "unsupported lambda:ListMicrovms",
        "unsupported lambda:ListWebFunctions",
    ],
};

const MINISTACK: Lacks = Lacks {
    refused: &["detector/blind", "key rsa", "runtime management"],
    gaps: &[
        // It says of all but one that there is no such function.
        "failed lambda:GetRuntimeManagementConfig",
        "failed lambda:ListCapacityProviders",
        // Its answer has another list in it.
        "failed lambda:ListCodeSigningConfigs",
        "failed lambda:ListWebFunctions",
    ],
};

impl Lacks {
    fn check(&self, planted: &Planted, posture: &Posture) {
        let refused: Vec<&str> = planted.refused.keys().map(String::as_str).collect();
        assert_eq!(refused, self.refused, "{:#?}", planted.refused);
        // The other services have a table each, under `services`.
        let own = |run: &&SourceRun| matches!(run.source, Source::Lambda | Source::Iam | Source::Kms | Source::Sts);
        let gaps: BTreeSet<String> =
            posture.sources.iter().filter(own).flat_map(|run| &run.gaps).map(|gap| format!("{} {}", gap.kind, gap.action)).collect();
        assert_eq!(gaps.iter().map(String::as_str).collect::<Vec<_>>(), self.gaps, "{:#?}", posture.sources);
        for run in posture.sources.iter().filter(own) {
            let state = if run.gaps.is_empty() { SourceState::Complete } else { SourceState::Partial };
            assert_eq!(run.state, state, "{run:#?}");
            assert!(run.calls > 0 && run.throttled == 0 && (run.items > 0 || !own(&run)), "{run:#?}");
        }
    }
}

fn region(posture: &Posture) -> &Region {
    &posture.regions[REGION]
}

fn function<'a>(posture: &'a Posture, name: &str) -> &'a Function {
    region(posture).functions.items.iter().find(|function| function.name == name).unwrap_or_else(|| panic!("no function {name}"))
}

/// The policy on the function itself; empty when it has none.
fn policy(function: &Function) -> &str {
    function.policies[Function::UNQUALIFIED].known().unwrap().as_ref().map_or("", |policy| policy.as_str())
}

/// What both emulators hold alike.
fn check_functions(posture: &Posture, account: &str) {
    let functions = &region(posture).functions;
    assert_eq!(functions.gap, None);
    assert!(functions.items.is_sorted_by_key(|function| &function.arn));
    assert_eq!(posture.source(Source::Lambda, REGION).unwrap().items, functions.items.len() as u64);

    let sound = function(posture, "sound");
    assert_eq!(sound.arn.as_str(), format!("arn:aws:lambda:{REGION}:{account}:function:sound"));
    assert_eq!(sound.role.as_str(), planted::role(account, "sound"));
    assert_eq!(sound.runtime.as_deref(), Some("python3.13"));
    assert_eq!(sound.environment.known().unwrap()["TABLE_NAME"], EnvironmentValue::Plain("orders".to_owned()));
    assert!(sound.kms_key.is_some() && sound.tracing_active);
    assert_eq!(sound.tags.known().unwrap()["team"], "shop");
    assert_eq!(sound.reserved_concurrency, Fact::Known(None));
    assert_eq!(policy(sound), "");
    let versions: Vec<&str> = sound.versions.known().unwrap().iter().map(|version| version.number.as_str()).collect();
    assert_eq!(versions, ["1", "2"]);
    assert_eq!(sound.log_group(), Fact::Known("/aws/lambda/sound".to_owned()));

    let weighted = &function(posture, "weighted").aliases.known().unwrap()[0];
    assert_eq!((weighted.name.as_str(), weighted.version.as_str(), weighted.weights["1"]), ("live", "2", 250));
    assert!(!function(posture, "untraced").tracing_active);
    assert!(posture.role(&function(posture, "orphan").role).is_none());

    assert!(policy(function(posture, "public")).contains(r#""Principal": "*""#));
    assert!(policy(function(posture, "deputy")).contains("s3.amazonaws.com"));
    assert!(!policy(function(posture, "deputy")).contains("SourceAccount"));
    assert!(policy(function(posture, "bound-deputy")).contains("SourceAccount"));
    assert!(policy(function(posture, "foreigner")).contains(STRANGER));
    let on_alias = function(posture, "public-alias").policies["live"].known().unwrap();
    assert!(on_alias.as_ref().unwrap().as_str().contains(r#""Principal": "*""#));

    let mappings = region(posture).event_source_mappings.all().unwrap();
    let sources: BTreeSet<&str> = mappings.iter().map(|mapping| mapping.source.as_ref().unwrap().resource()).collect();
    assert_eq!(sources, BTreeSet::from(["contained", "contained-2", "fed", "fed-2", "hasty", "sound"]));
    let stopped = mappings.iter().find(|mapping| mapping.function.as_str().contains(":contained")).unwrap();
    assert_eq!(stopped.state, "Disabled");

    let layer = region(posture).layers.all().unwrap().iter().find(|layer| layer.arn.resource() == "layer:tools:1").unwrap();
    assert_eq!(layer.version, 1);
    assert!(layer.policy.known().unwrap().as_ref().unwrap().as_str().contains(r#""Principal": "*""#));
}

fn check_secrets(posture: &Posture) {
    let environment = function(posture, "leaky").environment.known().unwrap();
    let rule = |key: &str| match &environment[key] {
        EnvironmentValue::Redacted { secret: Some(sign), .. } => sign.rule.as_str(),
        other => panic!("{key} is {other:?}"),
    };
    assert_eq!(rule("DB_PASSWORD"), "entropy-under-telling-name");
    assert_eq!(rule("KEY"), "aws-access-key-id");
    let everything = format!("{posture:?}");
    assert!(!everything.contains(PASSWORD) && !everything.contains("AKIAABCDEFGHIJKLMNOP"));
}

fn check_identity(posture: &Posture, account: &str) {
    let identity = &posture.identity;
    let roles = identity.roles.all().unwrap();
    assert!(roles.len() > 25 && roles.is_sorted_by_key(|role| &role.arn));
    let role = |name: &str| posture.role(&Arn::new(planted::role(account, name))).unwrap();
    assert!(role("open").trust.as_str().contains(r#""AWS":"*""#));
    assert!(role("ci").trust.as_str().contains(r#""token.actions.githubusercontent.com:sub":"repo:*""#));
    assert!(role("wild").policies.inline["inline"].as_str().contains(r#""s3:*""#));
    let everything = role("admin").policies.attached[0].clone();
    assert_eq!(everything.name(), "everything");
    let everything = posture.policy(&everything).unwrap();
    assert!(everything.document.known().unwrap().as_str().contains(r#""Action":"*""#));
    // A policy of AWS that is attached is there; the others are not.
    let of_aws: Vec<&str> = identity.policies.items.iter().map(|policy| policy.arn.as_str()).filter(|arn| arn.contains("::aws:")).collect();
    assert!(identity.policies.items.iter().all(|policy| policy.document.gap().is_none()));
    assert_eq!(of_aws, ["arn:aws:iam::aws:policy/AmazonS3FullAccess"]);
    assert_eq!(identity.users.all().unwrap()[0].groups, ["developers"]);
    assert_eq!(identity.groups.all().unwrap()[0].name, "developers");
}

fn check_keys(planted: &Planted, posture: &Posture) {
    let key = |name: &str| posture.key(&Arn::new(planted.keys[name].clone())).unwrap();
    let state = |name: &str| key(name).metadata.known().unwrap().state.clone();
    assert_eq!(state("sound"), "Enabled");
    assert_eq!(state("disabled"), "Disabled");
    assert_eq!(state("leaving"), "PendingDeletion");
    assert!(key("leaving").metadata.known().unwrap().deletion.is_some());
    assert_eq!(key("leaving").rotation_enabled.gap().unwrap().kind, GapKind::Unsupported);
    assert_eq!(key("sound").rotation_enabled, Fact::Known(true));
    assert_eq!(key("unrotated").rotation_enabled, Fact::Known(false));
    assert_eq!(key("sound").aliases.known().unwrap(), &["alias/sound"]);
    assert!(key("public").policy.known().unwrap().as_str().contains(r#""Principal":"*""#));
    assert!(key("foreign").policy.known().unwrap().as_str().contains(STRANGER));
    let grant = &key("granted").grants.known().unwrap()[0];
    assert_eq!(grant.grantee, format!("arn:aws:iam::{STRANGER}:role/reader"));
    assert!(!grant.constrained && grant.operations.contains(&"Decrypt".to_owned()));
    assert_eq!(key("sound").grants, Fact::Known(Vec::new()));
}

fn check_log_groups(planted: &Planted, posture: &Posture) {
    let region = region(posture);
    assert_eq!(region.log_groups.all().unwrap().len(), 10);
    let group = |name: &str| region.log_group(&format!("/aws/lambda/{name}")).unwrap();
    assert_eq!(group("sound").retention_days, Some(90));
    assert_eq!(group("sound").kms_key.as_ref().unwrap().as_str(), planted.keys["sound"]);
    assert_eq!(group("brief").retention_days, Some(7));
    assert_eq!(group("eternal").retention_days, None);
    assert!(group("unkeyed").kms_key.is_none() && !group("unkeyed").arn.as_str().ends_with(":*"));
}

#[tokio::test]
async fn what_moto_holds_comes_through() {
    let (planted, posture) = collected(Kind::Moto).await;
    MOTO.check(&planted, &posture);
    check_functions(&posture, Kind::Moto.account());
    check_secrets(&posture);
    check_identity(&posture, Kind::Moto.account());
    check_keys(&planted, &posture);
    check_log_groups(&planted, &posture);

    // Rotation is no question for an asymmetric key.
    let rsa = posture.key(&Arn::new(planted.keys["rsa"].clone())).unwrap();
    assert_eq!(rsa.rotation_enabled.gap().unwrap().kind, GapKind::Unsupported);
    let sound = function(&posture, "sound");
    assert_eq!(sound.logging.gap().unwrap().kind, GapKind::Unsupported);
    assert_eq!(sound.urls.gap().unwrap().action, "lambda:ListFunctionUrlConfigs");
    assert_eq!(posture.role(&sound.role).unwrap().last_used, Fact::Known(None));
    // It takes a reservation of zero for none.
    assert_eq!(function(&posture, "contained").reserved_concurrency, Fact::Known(None));
}

#[tokio::test]
async fn what_ministack_holds_comes_through() {
    let (planted, posture) = collected(Kind::Ministack).await;
    MINISTACK.check(&planted, &posture);
    check_functions(&posture, Kind::Ministack.account());
    check_secrets(&posture);
    check_identity(&posture, Kind::Ministack.account());
    check_keys(&planted, &posture);
    check_log_groups(&planted, &posture);

    assert_eq!(function(&posture, "sound").logging.known().unwrap().format, "JSON");
    assert_eq!(function(&posture, "sound").policies["live"], Fact::Known(None));
    let urls = |name: &str| function(&posture, name).urls.known().unwrap().clone();
    assert!(urls("exposed")[0].auth_none && urls("latent")[0].auth_none && urls("sound").is_empty());
    let cors = &urls("cors")[0];
    assert!(!cors.auth_none && cors.cors.as_ref().unwrap().allow_credentials);
    assert_eq!(cors.cors.as_ref().unwrap().allow_origins, ["*"]);
    assert!(policy(function(&posture, "exposed")).contains("lambda:FunctionUrlAuthType"));
    assert_eq!(policy(function(&posture, "latent")), "");
    assert_eq!(function(&posture, "contained").reserved_concurrency, Fact::Known(Some(0)));
    assert_eq!(function(&posture, "looping").recursive_loop_terminated, Fact::Known(false));
    assert_eq!(function(&posture, "sound").recursive_loop_terminated, Fact::Known(true));
    assert!(function(&posture, "layered").layers[0].as_str().contains(STRANGER));
    assert!(region(&posture).lambda_settings.known().is_ok());
    let last_used = &posture.role(&function(&posture, "sound").role).unwrap().last_used;
    assert_eq!(last_used.gap().unwrap().kind, GapKind::Unread);
}
