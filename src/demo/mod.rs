//! The demo account: Larkspur Parcel, a company that does not exist.
//!
//! Seven teams, some sixty functions in two Regions, most of them sound but for a flaw or two, and a handful of
//! stories that end badly. Nothing in it is real, and nothing in it changes from one call to the next.

mod accounts;
mod alerts;
mod billing;
mod feeds;
mod fitness;
mod front;
mod keys;
mod made_up;
mod notifications;
mod ops;
mod orders;
mod organization;
mod people;
mod platform;
mod policy;
mod role;
mod service;
mod sources;
mod stores;
#[cfg(test)]
mod stories;
mod tags;
mod tracking;
mod usage;
mod watch;

use std::collections::BTreeMap;

use time::macros::datetime;

use crate::model::{
    Arn, CodeSigningConfig, Fact, LambdaSettings, LayerVersion, Learnt, Listing, Part, Posture, Resource, Source, SourceRun, Timestamp,
};

use service::{Built, Signing, refused};

const PARTITION: &str = "aws";
/// Larkspur Parcel's account.
const ACCOUNT: &str = "123456789012";
/// The same, as the owner of layers.
const OWN: &str = ACCOUNT;
/// Tidewater Freight's account, a partner that nobody wrote into the configuration.
const PARTNER: &str = "210987654321";
/// The account from which AWS publishes Powertools.
const POWERTOOLS: &str = "017000801446";
/// The account of somebody on the internet who publishes handy layers.
const LAYER_VENDOR: &str = "444455556666";
/// The role that looks at the account.
const AUDIT: &str = "palisade-audit";
/// Where the company lives.
const EU: &str = "eu-west-1";
/// Where the data platform and the North American shop live.
const US: &str = "us-east-1";

/// When the posture was taken.
fn taken_at() -> Timestamp {
    Timestamp::from(datetime!(2026-11-23 14:02:11 UTC))
}

/// The demo account's posture.
pub fn posture() -> Posture {
    let mut posture = Posture::new(ACCOUNT, taken_at());
    let mut regions: BTreeMap<&str, Vec<Built>> = BTreeMap::from([(EU, Vec::new()), (US, Vec::new())]);
    let services = [
        orders::services(),
        tracking::services(),
        billing::services(),
        notifications::services(),
        accounts::services(),
        platform::services(),
        ops::services(),
    ];
    for built in services.into_iter().flatten().map(service::Service::build) {
        regions.entry(built.region).or_default().push(built);
    }

    let shared = [notifications::shared_role(), platform::etl_admin()];
    let mut roles: Vec<_> = shared.into_iter().chain(ops::roles()).map(role::Hat::build).collect();
    for (region, services) in regions {
        roles.extend(services.iter().filter_map(|service| service.role.clone()));
        for part in regional(region, services) {
            posture.absorb(part);
        }
    }
    posture.absorb(Part {
        run: sources::run(Source::Iam, SourceRun::GLOBAL),
        learnt: vec![
            Learnt::Roles(Listing::complete(roles)),
            Learnt::Users(Listing::complete(people::users())),
            Learnt::Groups(Listing::complete(people::groups())),
            Learnt::Policies(Listing::complete(people::policies())),
        ],
    });
    let caller = Arn::build(PARTITION, "sts", "", ACCOUNT, &format!("assumed-role/{AUDIT}/on-call"));
    posture.absorb(Part { run: sources::run(Source::Sts, SourceRun::GLOBAL), learnt: vec![Learnt::Caller(Fact::Known(caller))] });
    for part in [organization::part(), stores::account()] {
        posture.absorb(part);
    }
    for region in [EU, US] {
        watch::note(&mut posture, region);
    }
    alerts::note(&mut posture);
    fitness::note(&mut posture);
    front::note(&mut posture);
    tags::note(&mut posture);
    usage::note(&mut posture);
    sources::count(&mut posture);
    posture
}

/// What the collectors of one Region learnt.
fn regional(region: &'static str, services: Vec<Built>) -> Vec<Part> {
    let signing = signing(region, &services);
    let mut beside = feeds::parts(region, &services);
    beside.extend(stores::parts(region, &feeds::uploads(&services)));
    let mut functions = Vec::new();
    let mut mappings = Vec::new();
    let mut groups = Vec::new();
    for service in services {
        functions.push(service.function);
        mappings.extend(service.mappings);
        groups.extend(service.log_group);
    }
    let reserved: u32 = functions.iter().filter_map(|function| function.reserved_concurrency.known().ok().copied().flatten()).sum();
    let settings = LambdaSettings { concurrent_executions: 1_000, unreserved_concurrent_executions: 1_000 - reserved };
    let lambda = vec![
        Learnt::Functions(Listing::complete(functions)),
        Learnt::EventSourceMappings(Listing::complete(mappings)),
        Learnt::Layers(Listing::complete(layers(region))),
        Learnt::CodeSigningConfigs(Listing::complete(signing)),
        Learnt::LambdaSettings(Fact::Known(settings)),
    ];
    let groups = if region == US {
        Listing::partial(
            Vec::new(),
            refused("logs:DescribeLogGroups", &format!("arn:{PARTITION}:logs:{region}:{ACCOUNT}:log-group::log-stream:*")),
        )
    } else {
        Listing::complete(groups)
    };
    let mut parts = vec![
        Part { run: sources::run(Source::Lambda, region), learnt: lambda },
        Part { run: sources::run(Source::Kms, region), learnt: vec![Learnt::Keys(Listing::complete(keys::all(region)))] },
        Part { run: sources::run(Source::Logs, region), learnt: vec![Learnt::LogGroups(groups)] },
    ];
    parts.extend(beside);
    parts
}

/// The account's own layers: one is open to everybody.
fn layers(region: &str) -> Vec<LayerVersion> {
    let layer = |name: &str, version: i64, statement: Option<&str>| {
        let arn = Arn::build(PARTITION, "lambda", region, OWN, &format!("layer:{name}:{version}"));
        let policy = statement.map(|principal| {
            policy::document(&[format!(
                r#"{{"Sid":"share","Effect":"Allow","Principal":{principal},"Action":"lambda:GetLayerVersion","Resource":"{arn}"}}"#
            )])
        });
        LayerVersion { arn, version, policy: Fact::Known(policy) }
    };
    match region {
        EU => vec![layer("shared-utils", 14, Some(r#""*""#)), layer("trial-agent", 2, None)],
        _ => vec![layer("etl-preload", 1, None), layer("lake-tools", 3, Some(&format!(r#"{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}}"#)))],
    }
}

/// The code signing configurations: one refuses what is not signed, one lets it through with a warning.
fn signing(region: &str, services: &[Built]) -> Vec<CodeSigningConfig> {
    let using = |signing: Signing| -> Vec<Arn> {
        services.iter().filter(|service| service.signing == signing).map(|service| service.function.arn.clone()).collect()
    };
    let config = |name: &str, enforced: bool, functions: Vec<Arn>| CodeSigningConfig {
        arn: Arn::build(
            PARTITION,
            "lambda",
            region,
            ACCOUNT,
            &format!("code-signing-config:csc-{}", made_up::id(&format!("{region} {name}"), 17)),
        ),
        enforced,
        profiles: vec![Arn::build(
            PARTITION,
            "signer",
            region,
            ACCOUNT,
            &format!("/signing-profiles/larkspur_{name}/{}", made_up::id(name, 10)),
        )],
        functions: Fact::Known(functions),
    };
    let mut configs = vec![config("release", true, using(Signing::Enforced))];
    let warned = using(Signing::Warned);
    if !warned.is_empty() {
        configs.push(config("trial", false, warned));
    }
    configs
}

/// Puts `item` where it belongs: listings are sorted by ARN.
fn insert<T: Resource>(listing: &mut Listing<T>, item: T) {
    let place = listing.items.partition_point(|other| other.arn() < item.arn());
    listing.items.insert(place, item);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{EU, US, posture};
    use crate::model::{Arn, Function, Resource, Source, SourceState};

    fn arns<T: Resource>(items: &[T]) -> impl Iterator<Item = Arn> {
        items.iter().map(|item| item.arn().clone())
    }

    #[test]
    fn is_the_same_every_time() {
        assert_eq!(posture(), posture());
    }

    #[test]
    fn has_about_sixty_functions_in_two_regions() {
        let posture = posture();
        assert_eq!(posture.regions.keys().collect::<Vec<_>>(), [EU, US]);
        let functions = posture.functions().count();
        assert!((55..=68).contains(&functions), "{functions} functions");
        assert!(posture.regions.values().all(|region| region.functions.items.len() >= 10));
    }

    #[test]
    fn gives_everything_its_own_arn() {
        let posture = posture();
        let mut all: Vec<Arn> = Vec::new();
        for region in posture.regions.values() {
            all.extend(arns(&region.functions.items));
            all.extend(arns(&region.event_source_mappings.items));
            all.extend(arns(&region.layers.items));
            all.extend(arns(&region.code_signing_configs.items));
            all.extend(arns(&region.keys.items));
            all.extend(arns(&region.log_groups.items));
        }
        all.extend(arns(&posture.identity.roles.items));
        all.extend(arns(&posture.identity.users.items));
        all.extend(arns(&posture.identity.groups.items));
        all.extend(arns(&posture.identity.policies.items));
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }

    /// What a function refers to is there, but for what the stories took away.
    #[test]
    fn refers_to_what_is_there() {
        let posture = posture();
        let mut dangling = Vec::new();
        for (region, function) in posture.functions() {
            let region = &posture.regions[region];
            let layers = function.layers.iter().filter(|layer| layer.account() == posture.account);
            dangling.extend(layers.filter(|layer| !region.layers.items.iter().any(|known| known.arn == **layer)).cloned());
            dangling.extend(function.kms_key.iter().filter(|key| posture.key(key).is_none()).cloned());
            dangling.extend(Some(&function.role).filter(|role| posture.role(role).is_none()).cloned());
        }
        for role in &posture.identity.roles.items {
            let policies = role.policies.attached.iter().chain(&role.boundary);
            dangling.extend(policies.filter(|policy| posture.policy(policy).is_none()).cloned());
        }
        let names: Vec<&str> = dangling.iter().map(Arn::name).collect();
        assert_eq!(names, ["release-notes-role"]);
    }

    /// Whoever calls through an alias calls one that exists.
    #[test]
    fn calls_aliases_that_exist() {
        let posture = posture();
        let mut called = 0;
        for (region, function) in posture.functions() {
            let aliases: Vec<&str> = function.aliases.known().unwrap().iter().map(|alias| alias.name.as_str()).collect();
            let mappings = &posture.regions[region].event_source_mappings.items;
            let by_mappings = mappings.iter().filter_map(|mapping| mapping.function.as_str().strip_prefix(function.arn.as_str()));
            let by_policies = function.policies.keys().map(String::as_str).filter(|name| *name != Function::UNQUALIFIED);
            for qualifier in by_mappings.filter_map(|rest| rest.strip_prefix(':')).chain(by_policies) {
                assert!(aliases.contains(&qualifier), "{}:{qualifier}", function.name);
                called += 1;
            }
        }
        assert!(called > 40, "{called}");
    }

    #[test]
    fn every_policy_is_json() {
        let posture = posture();
        let roles = posture.identity.roles.items.iter().flat_map(|role| role.policies.inline.values().chain([&role.trust]));
        let functions = posture.functions().flat_map(|(_, function)| function.policies.values()).filter_map(|policy| policy.known().ok());
        let keys = posture.regions.values().flat_map(|region| &region.keys.items).filter_map(|key| key.policy.known().ok());
        let policies = posture.identity.policies.items.iter().filter_map(|policy| policy.document.known().ok());
        let mut read = 0;
        for text in roles.chain(functions.flatten()).chain(keys).chain(policies) {
            let json: serde_json::Value = serde_json::from_str(text.as_str()).unwrap_or_else(|error| panic!("{error}: {text:?}"));
            assert_eq!(json["Version"], "2012-10-17", "{text:?}");
            assert!(json["Statement"].as_array().is_some_and(|statements| !statements.is_empty()), "{text:?}");
            read += 1;
        }
        assert!(read > 150, "{read} policies");
    }

    #[test]
    fn one_source_is_denied_and_two_are_partial() {
        let posture = posture();
        let state = |source, region| posture.source(source, region).map(|run| run.state);
        assert_eq!(state(Source::Logs, US), Some(SourceState::Denied));
        assert_eq!(state(Source::Kms, EU), Some(SourceState::Partial));
        assert_eq!(state(Source::Lambda, EU), Some(SourceState::Partial));
        assert_eq!(state(Source::Lambda, US), Some(SourceState::Partial));
        assert_eq!(state(Source::Iam, "global"), Some(SourceState::Complete));
        assert_eq!(posture.sources.iter().filter(|run| run.state == SourceState::Denied).count(), 1);
    }
}
