//! Which resources carry policies of their own, and which of these bears on a request.

use std::{borrow::Cow, collections::HashMap};

use crate::model::{Arn, Function, Gap, PolicyText, Posture, Region, Resource};

/// A policy that a resource carries, or why it is not known.
pub(super) type Carried<'a> = Result<Option<&'a PolicyText>, &'a Gap>;

/// Shows `visit` every policy of a resource, by the ARN under which it is asked for. A new kind is one line.
pub(super) fn each<'a>(posture: &'a Posture, mut visit: impl FnMut(Cow<'a, str>, Carried<'a>)) {
    fn by(arn: &Arn) -> Cow<'_, str> {
        Cow::Borrowed(arn.as_str())
    }
    posture.identity.roles.items.iter().for_each(|role| visit(by(&role.arn), Ok(Some(&role.trust))));
    for (name, region) in &posture.regions {
        for function in &region.functions.items {
            for (qualifier, policy) in &function.policies {
                visit(qualified(&function.arn, qualifier), policy.known().map(Option::as_ref));
            }
        }
        let table_streams = region.tables.items.iter().filter_map(|table| Some((table.description.known().ok()?.stream.as_ref()?, table)));
        let api = |id: &str| Cow::Owned(format!("arn:{}:execute-api:{name}:{}:{id}", posture.partition, posture.account));
        region.layers.items.iter().for_each(|layer| visit(by(&layer.arn), layer.policy.known().map(Option::as_ref)));
        region.web_functions.items.iter().for_each(|one| visit(by(&one.arn), one.policy.known().map(Option::as_ref)));
        region.keys.items.iter().for_each(|key| visit(by(&key.arn), key.policy.known().map(Some)));
        region.queues.items.iter().for_each(|queue| visit(by(&queue.arn), queue.attributes.known().map(|known| known.policy.as_ref())));
        region.topics.items.iter().for_each(|topic| visit(by(&topic.arn), topic.attributes.known().map(|known| known.policy.as_ref())));
        region.event_buses.items.iter().for_each(|bus| visit(by(&bus.arn), bus.attributes.known().map(|known| known.policy.as_ref())));
        region.kinesis_streams.items.iter().for_each(|stream| visit(by(&stream.arn), stream.policy.known().map(Option::as_ref)));
        region.tables.items.iter().for_each(|table| visit(by(&table.arn), table.policy.known().map(Option::as_ref)));
        table_streams.for_each(|(stream, table)| visit(by(stream), table.stream_policy.known().map(Option::as_ref)));
        region.buckets.items.iter().for_each(|bucket| visit(by(&bucket.arn), bucket.policy.known().map(Option::as_ref)));
        region.secrets.items.iter().for_each(|secret| visit(by(&secret.arn), secret.policy.known().map(Option::as_ref)));
        region.file_systems.items.iter().for_each(|system| visit(by(&system.arn), system.policy.known().map(Option::as_ref)));
        region.repositories.items.iter().for_each(|one| visit(by(&one.arn), one.policy.known().map(Option::as_ref)));
        region.rest_apis.items.iter().for_each(|rest| visit(api(&rest.id), Ok(rest.policy.as_ref())));
        region.api_domains.items.iter().for_each(|domain| visit(by(&domain.arn), Ok(domain.policy.as_ref())));
    }
}

/// The ARN under which the policy of a function's qualifier is asked for.
fn qualified<'a>(arn: &'a Arn, qualifier: &str) -> Cow<'a, str> {
    if qualifier == Function::UNQUALIFIED { Cow::Borrowed(arn.as_str()) } else { Cow::Owned(format!("{arn}:{qualifier}")) }
}

/// Every policy of a resource by the ARN under which it is asked for.
pub(super) type Index = HashMap<String, Result<Option<PolicyText>, Gap>>;

/// The index of a posture.
pub(super) fn index(posture: &Posture) -> Index {
    let mut index = Index::new();
    each(posture, |arn, policy| {
        index.insert(arn.into_owned(), policy.map(|text| text.cloned()).map_err(Gap::clone));
    });
    index
}

/// Where the policy stands that bears on an action on a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Such resources have none.
    Nowhere,
    /// Under this ARN.
    At(String),
    /// Such resources may have one, and Palisade does not read it.
    Beyond,
}

/// Services whose resources have no policies of their own.
const WITHOUT: &[&str] = &[
    "appsync",
    "athena",
    "autoscaling",
    "batch",
    "cloudformation",
    "cloudwatch",
    "cognito-identity",
    "cognito-idp",
    "config",
    "ec2",
    "ecs",
    "eks",
    "guardduty",
    "iam",
    "inspector2",
    "pipes",
    "rds",
    "scheduler",
    "states",
    "sts",
];

/// Where the policy stands that bears on `action`, in lower case, on `resource`.
pub(super) fn place(action: &str, resource: &Arn) -> Place {
    let part = resource.resource();
    // Everything but the last parts of the ARN.
    let without = |rest: &str| Place::At(resource.as_str()[..resource.as_str().len() - rest.len()].to_owned());
    let own = || Place::At(resource.as_str().to_owned());
    let first = part.split(['/', ':']).next().unwrap_or_default();
    match (resource.service(), first) {
        // A trust policy speaks of sessions alone.
        ("iam", "role") if action.starts_with("sts:") => own(),
        ("lambda", "function") => match part.strip_suffix(":$LATEST") {
            Some(_) => without(":$LATEST"),
            None => own(),
        },
        ("lambda", "layer" | "web-function") | ("kms", "key") | ("secretsmanager", "secret") | ("sqs", _) => own(),
        ("kinesis", "stream") if part.contains("/consumer/") => Place::Beyond,
        ("kinesis", "stream") | ("events", "event-bus") | ("ecr", "repository") | ("elasticfilesystem", "file-system") => own(),
        ("lambda" | "kms" | "events" | "elasticfilesystem", _) => Place::Nowhere,
        // A subscription belongs to its topic.
        ("sns", _) => part.split_once(':').map_or_else(own, |(topic, _)| without(&part[topic.len()..])),
        ("s3", _) if resource.account().is_empty() => match part.find('/') {
            Some(slash) => without(&part[slash..]),
            None => own(),
        },
        ("dynamodb", "table") => match part.match_indices('/').nth(1) {
            Some((at, _)) if !part[at..].starts_with("/stream/") => without(&part[at..]),
            _ => own(),
        },
        ("execute-api", _) => part.find('/').map_or_else(own, |slash| without(&part[slash..])),
        ("apigateway", _) => own(),
        ("", _) => Place::Nowhere,
        (service, _) if WITHOUT.contains(&service) => Place::Nowhere,
        _ => Place::Beyond,
    }
}

/// Why a resource that is in no list may be there all the same; none when the list of such resources is whole.
pub(super) fn unlisted(posture: &Posture, resource: &Arn) -> Option<Gap> {
    fn of<T: Resource>(region: Option<&Region>, list: impl Fn(&Region) -> &crate::model::Listing<T>) -> Option<Gap> {
        match region {
            None => Some(Gap::unread(T::LISTED_BY)),
            Some(region) => list(region).gap.as_ref().map(|gap| named(gap, T::LISTED_BY)),
        }
    }
    let region = posture.regions.get(resource.region());
    let part = resource.resource();
    match resource.service() {
        "iam" => posture.identity.roles.gap.as_ref().map(|gap| named(gap, "iam:GetAccountAuthorizationDetails")),
        // Of layers only the newest versions are listed.
        "lambda" if part.starts_with("layer:") => Some(Gap::unread("lambda:GetLayerVersionPolicy")),
        "lambda" if part.starts_with("web-function") => of(region, |region| &region.web_functions),
        "lambda" => of(region, |region| &region.functions).or_else(|| unread_qualifier(posture, resource)),
        "kms" => of(region, |region| &region.keys),
        "sqs" => of(region, |region| &region.queues),
        "sns" => of(region, |region| &region.topics),
        "events" => of(region, |region| &region.event_buses),
        "kinesis" => of(region, |region| &region.kinesis_streams),
        "dynamodb" => of(region, |region| &region.tables),
        "secretsmanager" => of(region, |region| &region.secrets),
        "elasticfilesystem" => of(region, |region| &region.file_systems),
        "ecr" => of(region, |region| &region.repositories),
        "execute-api" => of(region, |region| &region.rest_apis),
        "apigateway" => of(region, |region| &region.api_domains),
        // A bucket's ARN does not tell its Region.
        "s3" if posture.regions.is_empty() => Some(Gap::unread("s3:ListAllMyBuckets")),
        "s3" => posture.regions.values().find_map(|region| region.buckets.gap.as_ref().map(|gap| named(gap, "s3:ListAllMyBuckets"))),
        _ => None,
    }
}

/// The gap, with the call that would fill it.
fn named(gap: &Gap, action: &str) -> Gap {
    let mut gap = gap.clone();
    if gap.action.is_empty() {
        action.clone_into(&mut gap.action);
    }
    gap
}

/// Whether a function's qualifier is there without its policy having been read.
fn unread_qualifier(posture: &Posture, resource: &Arn) -> Option<Gap> {
    let (_, qualifier) = resource.resource().strip_prefix("function:")?.split_once(':')?;
    let function = posture.function(&resource.unqualified())?;
    let is_there = match (function.aliases.known(), function.versions.known()) {
        (Ok(aliases), Ok(versions)) => {
            aliases.iter().any(|alias| alias.name == qualifier) || versions.iter().any(|version| version.number == qualifier)
        }
        _ => true,
    };
    is_there.then(|| Gap::unread("lambda:GetPolicy"))
}
