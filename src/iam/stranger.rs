//! What a request's keys can be, by who sends it: a stranger cannot choose his account's id or the
//! address of somebody's office, but he can choose nearly everything else.

use std::{collections::BTreeSet, net::IpAddr};

use super::{
    condition::{Condition, Test},
    glob::{self, ArnPattern, Token},
    network::Network,
    request::{Caller, Value},
    worlds::{OTHER, OTHER_ACCOUNT},
};
use crate::model::Arn;

/// An organization that no policy names.
const OTHER_ORGANIZATION: &str = "o-palisade000";

/// Who sends a request, for the question whether a policy lets such people in; the widest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sender {
    /// Without credentials, from anywhere.
    Anonymous,
    /// Any account's principal.
    Stranger,
    /// An AWS service that acts for a stranger.
    ForStranger(Caller),
    /// Anyone, from a network or through a way that the policy names.
    FromNetwork,
    /// Any account's principal, from such a network.
    StrangerFromNetwork,
    /// A member of this organization, as a condition writes it.
    Member(String),
    /// Somebody in this account.
    Of(String),
    /// A service that acts for whom the policy names.
    ForKnown(Caller),
    /// This principal, or whom a condition names.
    Known(Caller),
}

/// How the function is called, where that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Through the service's API.
    Api,
    /// Through a function URL without authentication.
    OpenUrl,
    /// Through a function URL that asks for signed requests.
    SignedUrl,
}

impl Sender {
    /// Who asks, as principals of statements see it.
    pub(super) fn caller(&self) -> Caller {
        match self {
            Self::Anonymous | Self::FromNetwork => Caller::Anonymous,
            Self::Stranger | Self::StrangerFromNetwork | Self::Member(_) => {
                Caller::Principal(format!("arn:aws:iam::{OTHER_ACCOUNT}:role/{OTHER}"))
            }
            Self::Of(account) => Caller::Principal(format!("arn:aws:iam::{account}:role/{OTHER}")),
            Self::ForStranger(caller) | Self::ForKnown(caller) | Self::Known(caller) => caller.clone(),
        }
    }

    /// Which of `values` the key can have in a request of this sender.
    pub(super) fn domain(&self, key: &str, values: Vec<Value>, conditions: &[&Condition], request: &Asked<'_>) -> Vec<Value> {
        match key {
            "lambda:invokedviafunctionurl" => {
                return match request.way {
                    Way::OpenUrl | Way::SignedUrl => vec![one("true")],
                    Way::Api => vec![Value::Absent, one("false")],
                };
            }
            "lambda:functionurlauthtype" => return self.url_type(request),
            "aws:resourceaccount" => return vec![part(request.resource.account())],
            "aws:requestedregion" if !request.resource.region().is_empty() => return vec![part(request.resource.region())],
            _ => {}
        }
        let of = |key: &str| conditions.iter().filter(|condition| condition.name == key).copied().collect::<Vec<_>>();
        match (key, self) {
            (_, Self::Known(_) | Self::ForKnown(_)) => values,
            // The way it came.
            ("aws:sourceip" | "aws:vpcsourceip", Self::Anonymous | Self::Stranger | Self::ForStranger(_)) => elsewhere(&of(key)),
            (key, Self::Anonymous | Self::Stranger | Self::ForStranger(_)) if let Some(own) = own_way(key) => vec![Value::Absent, one(own)],
            // Whoever has an account can have any service ask for him.
            ("kms:viaservice", Self::Anonymous) => vec![Value::Absent],
            // Whom a service acts for.
            ("aws:sourceaccount" | "aws:sourceowner", Self::ForStranger(_)) => vec![one(OTHER_ACCOUNT)],
            ("aws:sourceorgid", Self::ForStranger(_)) => vec![Value::Absent, one(OTHER_ORGANIZATION)],
            ("aws:sourceorgpaths", Self::ForStranger(_)) => vec![Value::Absent, path(OTHER_ORGANIZATION)],
            ("aws:sourcearn", Self::ForStranger(_)) => arns(&of(key), OTHER_ACCOUNT, true),
            ("aws:principalisawsservice", Self::ForStranger(_)) => vec![one("true")],
            ("aws:principalservicename" | "aws:principalservicenameslist", Self::ForStranger(_)) => values,
            (key, Self::ForStranger(_)) if is_of_principal(key) => vec![Value::Absent],
            ("aws:sourceaccount" | "aws:sourceowner" | "aws:sourcearn" | "aws:sourceorgid" | "aws:sourceorgpaths", _) => {
                vec![Value::Absent]
            }
            ("aws:principalisawsservice" | "aws:viaawsservice", _) => vec![one("false")],
            // Who it is.
            (key, Self::Anonymous | Self::FromNetwork) if is_of_principal(key) => match key {
                "aws:principaltype" | "aws:userid" => vec![one("Anonymous")],
                _ => vec![Value::Absent],
            },
            ("aws:principalaccount" | "kms:calleraccount", Self::Stranger | Self::StrangerFromNetwork | Self::Member(_)) => {
                vec![one(OTHER_ACCOUNT)]
            }
            ("aws:principalaccount" | "kms:calleraccount", Self::Of(account)) => vec![one(account)],
            ("aws:principalorgid", Self::Stranger | Self::StrangerFromNetwork) => vec![Value::Absent, one(OTHER_ORGANIZATION)],
            ("aws:principalorgpaths", Self::Stranger | Self::StrangerFromNetwork) => vec![Value::Absent, path(OTHER_ORGANIZATION)],
            ("aws:principalorgid", Self::Member(organization)) => vec![one(&glob::instance(&glob::tokens(organization), OTHER))],
            ("aws:principalorgpaths", Self::Member(organization)) => {
                values.into_iter().filter(|value| in_organization(value, organization)).collect()
            }
            ("aws:principalarn", Self::Stranger | Self::StrangerFromNetwork | Self::Member(_)) => arns(&of(key), OTHER_ACCOUNT, false),
            ("aws:principalarn", Self::Of(account)) => arns(&of(key), account, false),
            ("aws:userid", Self::Stranger | Self::StrangerFromNetwork | Self::Member(_) | Self::Of(_)) => {
                vec![one("AROAPALISADE00000000:palisade")]
            }
            _ => values,
        }
    }

    fn url_type(&self, request: &Asked<'_>) -> Vec<Value> {
        match (request.way, request.is_url_action) {
            (Way::OpenUrl, true) => vec![one("NONE")],
            (Way::OpenUrl, false) => vec![Value::Absent, one("NONE")],
            (Way::SignedUrl, true) => vec![one("AWS_IAM")],
            (Way::SignedUrl, false) => vec![Value::Absent, one("AWS_IAM")],
            (Way::Api, false) => vec![Value::Absent],
            // A URL that asks for signatures lets nobody in without.
            (Way::Api, true) => match self {
                Self::Anonymous | Self::FromNetwork => vec![one("NONE")],
                _ => vec![one("NONE"), one("AWS_IAM")],
            },
        }
    }
}

/// What is asked of a policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) way: Way,
    pub(super) resource: &'a Arn,
    /// Whether the action is `lambda:InvokeFunctionUrl`.
    pub(super) is_url_action: bool,
}

/// Whether a key speaks of the principal: somebody without credentials has none of them.
fn is_of_principal(key: &str) -> bool {
    key.starts_with("aws:principal")
        || matches!(
            key,
            "aws:federatedprovider"
                | "aws:multifactorauthage"
                | "aws:multifactorauthpresent"
                | "aws:tokenissuetime"
                | "aws:userid"
                | "aws:username"
                | "kms:calleraccount"
        )
}

/// What somebody else's network or skill puts into a key that tells the way a request came.
fn own_way(key: &str) -> Option<&'static str> {
    Some(match key {
        "aws:sourcevpc" => "vpc-0palisade0000000",
        "aws:sourcevpce" => "vpce-0palisade0000000",
        "aws:sourcevpcarn" => "arn:aws:ec2:eu-west-1:000000000019:vpc/vpc-0palisade0000000",
        "aws:vpceaccount" => OTHER_ACCOUNT,
        "aws:vpceorgid" => OTHER_ORGANIZATION,
        "aws:vpceorgpaths" => "o-palisade000/r-0000/ou-0000-00000000/",
        "lambda:eventsourcetoken" => "amzn1.palisade",
        _ => return None,
    })
}

/// A part of an ARN as a value.
fn part(text: &str) -> Value {
    if text.is_empty() { Value::Absent } else { one(text) }
}

fn one(value: &str) -> Value {
    Value::One(value.to_owned())
}

fn path(organization: &str) -> Value {
    Value::Many(vec![format!("{organization}/r-0000/ou-0000-00000000/")])
}

fn in_organization(value: &Value, organization: &str) -> bool {
    match value {
        Value::Many(paths) => !paths.is_empty() && paths.iter().all(|path| path.split('/').next() == Some(organization)),
        Value::One(path) => path.split('/').next() == Some(organization),
        Value::Absent => false,
    }
}

/// Addresses in none of the networks that the conditions name, unless those are half of the internet.
fn elsewhere(conditions: &[&Condition]) -> Vec<Value> {
    let named: Vec<Network> = conditions
        .iter()
        .flat_map(|condition| &condition.values)
        .filter_map(|value| Network::parse(value))
        .filter(|network| !network.is_internet())
        .collect();
    let free = |address: &IpAddr| !named.iter().any(|network| network.contains(*address));
    let mut values = vec![Value::Absent];
    // One in each half of each internet; hosts in a spread of networks, until one is in none of those named.
    for halves in [[1_u8, 2], [130, 200]] {
        let candidates = (0..60).map(|step| IpAddr::from([halves[0].saturating_add(step), halves[1], 113, step]));
        values.extend(candidates.filter(|address| !address.is_loopback()).find(free).map(|address| one(&address.to_string())));
    }
    for half in [0x2a00_u16, 0xfd00] {
        let candidates = (0..60).map(|step| IpAddr::from([half + step, 0xd1, step, 0, 0, 0, 0, 1]));
        values.extend(candidates.into_iter().find(free).map(|address| one(&address.to_string())));
    }
    values
}

/// The ARNs that a stranger in `account` can bring: those of patterns that leave the account open or name it.
/// What a condition writes out in full is somebody's own, unless it names no account at all.
fn arns(conditions: &[&Condition], account: &str, of_resource: bool) -> Vec<Value> {
    let mut found = BTreeSet::from([
        format!("arn:aws:iam::{account}:role/{OTHER}"),
        format!("arn:aws:iam::{account}:user/{OTHER}"),
        format!("arn:aws:sts::{account}:assumed-role/{OTHER}/{OTHER}"),
    ]);
    if of_resource {
        found = BTreeSet::from([format!("arn:aws:s3:::{OTHER}"), format!("arn:aws:sns:eu-west-1:{account}:{OTHER}")]);
    }
    for condition in conditions {
        for template in &condition.templates {
            let tokens = template.fixed().map_or_else(|| glob::tokens(template.text()), <[Token]>::to_vec);
            let wild =
                tokens.iter().any(|token| !matches!(token, Token::Char(_))) && !matches!(condition.test, Test::Text { like: false, .. });
            let pattern = ArnPattern::new(tokens);
            let segment = |index: usize| pattern.segment(index).unwrap_or(&[Token::Many]);
            let home = segment(4);
            let nameless = of_resource && home.is_empty();
            if !(nameless || (glob::matches(home, account) && (wild || of_resource))) {
                continue;
            }
            let mut parts: Vec<String> = (0..6).map(|index| glob::instance(segment(index), OTHER)).collect();
            if let (Some(part), false) = (parts.get_mut(4), nameless) {
                account.clone_into(part);
            }
            let text = parts.join(":");
            found.insert(text);
            if pattern.segment(5).is_none() {
                found.insert(format!("arn:aws:iam::{account}:role/{OTHER}"));
            }
        }
    }
    found.into_iter().map(Value::One).collect()
}
