//! Who may call something, or put something in.

use std::collections::HashMap;

use crate::{
    checks::Context,
    model::{Arn, Gap, Listing, Region, Resource, find},
    paths::{Doors, Edge, Grip, Node},
};

/// Who may call something, or put something in: from open to closed. What is not known is never taken for closed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Anyone on the internet.
    Anyone,
    /// Anyone with an API key, which its clients carry with them.
    WithKey,
    /// Anyone who signs up in a user pool.
    SignedUp,
    /// Any principal of any AWS account.
    AnyAccount,
    /// Whom the function of an authorizer lets.
    Judged,
    /// The users of a pool, an issuer or an identity provider.
    Users,
    /// Accounts, organizations and identities outside that are named.
    Named(Vec<String>),
    /// Whoever is in a network that it is bound to.
    Network,
    /// It cannot be said.
    Unknown(Gap),
    /// Principals of this account that their own policies let, and services for it.
    Own,
    /// The clock: nobody says when, nor with what.
    Clock,
    /// Nobody: the door is shut.
    Nobody,
}

impl Who {
    /// The word of the command line.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::WithKey => "anyone-with-api-key",
            Self::SignedUp => "self-signed-up-user",
            Self::AnyAccount => "any-aws-account",
            Self::Judged => "whom-authorizer-lets",
            Self::Users => "users",
            Self::Named(_) => "named",
            Self::Network => "network",
            Self::Unknown(_) => "unknown",
            Self::Own => "this-account",
            Self::Clock => "clock",
            Self::Nobody => "nobody",
        }
    }

    /// A word or two for a column.
    pub const fn brief(&self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::WithKey => "API key",
            Self::SignedUp => "sign-up",
            Self::AnyAccount => "any account",
            Self::Judged => "authorizer",
            Self::Users => "users",
            Self::Named(_) => "named",
            Self::Network => "network",
            Self::Unknown(_) => "unknown",
            Self::Own => "inside",
            Self::Clock => "clock",
            Self::Nobody => "nobody",
        }
    }

    /// As people say it.
    pub fn words(&self) -> String {
        match self {
            Self::Anyone => "anyone on the internet".to_owned(),
            Self::WithKey => "anyone with an API key".to_owned(),
            Self::SignedUp => "anyone who signs up".to_owned(),
            Self::AnyAccount => "anyone with an AWS account".to_owned(),
            Self::Judged => "whom the authorizer's function lets".to_owned(),
            Self::Users => "users of its pool or issuer".to_owned(),
            Self::Named(names) => names.join(", "),
            Self::Network => "whoever is in its network".to_owned(),
            Self::Unknown(gap) => format!("not known: {gap}"),
            Self::Own => "this account only".to_owned(),
            Self::Clock => "the clock".to_owned(),
            Self::Nobody => "nobody".to_owned(),
        }
    }

    /// Whether strangers are among them: nobody had to name them.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Anyone | Self::WithKey | Self::SignedUp | Self::AnyAccount)
    }

    /// Who stands outside at `node`.
    pub fn outside(node: &Node) -> Self {
        match node {
            Node::Internet => Self::Anyone,
            Node::SelfSignedUpUser => Self::SignedUp,
            Node::AnyAwsAccount => Self::AnyAccount,
            Node::Organization(id) => Self::Named(vec![format!("organization {id}")]),
            Node::Account(id) => Self::Named(vec![format!("account {id}")]),
            Node::Resource(arn) => Self::Named(vec![format!("account {}", arn.account())]),
            Node::Admin => Self::Own,
        }
    }
}

/// Who, and what decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Who.
    pub who: Who,
    /// What must hold besides.
    pub condition: Option<String>,
    /// By way of what, if not by itself.
    pub through: Option<Arn>,
    /// The statements and fields.
    pub evidence: Vec<String>,
}

impl Opening {
    /// Open to `who`, by `evidence`.
    pub fn new(who: Who, evidence: Vec<String>) -> Self {
        Self { who, condition: None, through: None, evidence }
    }

    /// A step from outside.
    pub fn of(edge: &Edge) -> Self {
        Self { condition: edge.condition.clone(), ..Self::new(Who::outside(&edge.from), evidence(edge)) }
    }

    /// The same, for callers who need an API key besides.
    #[must_use]
    pub fn with_key(self) -> Self {
        match self.who {
            // The word says it.
            Who::Anyone => Self { who: Who::WithKey, condition: self.condition.filter(|words| words != "only with an API key"), ..self },
            _ => self,
        }
    }

    /// The more open of the two; where both are named, both names.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self { who: Who::Named(mut names), .. }, Self { who: Who::Named(more), condition, through, mut evidence, .. }) => {
                names.extend(more);
                names.sort_unstable();
                names.dedup();
                evidence.dedup();
                Self { who: Who::Named(names), condition, through, evidence }
            }
            (one, other) if (&one.who, one.condition.is_some()) <= (&other.who, other.condition.is_some()) => one,
            (_, other) => other,
        }
    }
}

/// What proves a step, each in a line.
pub(super) fn evidence(edge: &Edge) -> Vec<String> {
    let line = |proof: &crate::paths::Proof| format!("{} {} {}", proof.policy, proof.pointer, proof.statement).trim_end().to_owned();
    edge.proof.iter().map(line).collect()
}

/// Who may put something into which resource, each worked out once.
pub(super) struct Openings<'d> {
    context: &'d Context<'d>,
    doors: &'d Doors,
    known: HashMap<Arn, Opening>,
}

impl<'d> Openings<'d> {
    pub(super) fn new(context: &'d Context<'d>, doors: &'d Doors) -> Self {
        Self { context, doors, known: HashMap::new() }
    }

    /// Who may put something into `resource`, itself or by way of what hands to it.
    pub(super) fn of(&mut self, resource: &Arn) -> Opening {
        if let Some(known) = self.known.get(resource) {
            return known.clone();
        }
        // What hands to itself by a roundabout way lets nobody in by that.
        self.known.insert(resource.clone(), Opening::new(Who::Nobody, Vec::new()));
        let doors = self.doors;
        let mut opening = self.itself(resource);
        for relay in doors.relays(resource).filter(|edge| edge.technique != "function-destination") {
            let Some(from) = relay.from.arn() else { continue };
            let before = self.of(from);
            // A resource that hands on is as open as what it hands on; that only the account fills it says nothing new.
            if !matches!(before.who, Who::Own | Who::Clock | Who::Nobody) {
                let through = before.through.clone().unwrap_or_else(|| from.clone());
                opening = opening.or(Opening { through: Some(through), ..before });
            }
        }
        self.known.insert(resource.clone(), opening.clone());
        opening
    }

    fn itself(&self, resource: &Arn) -> Opening {
        let sends = self.doors.outsiders(resource).filter(|edge| edge.gives == Grip::Send);
        if let Some(opening) = sends.map(Opening::of).reduce(Opening::or) {
            return opening;
        }
        let gap = self.doors.gap(resource).cloned().or_else(|| self.unread(resource));
        let home = &self.context.posture.account;
        match gap {
            Some(gap) => Opening::new(Who::Unknown(gap), Vec::new()),
            None if resource.account().is_empty() || resource.account() == home => Opening::new(Who::Own, Vec::new()),
            None => Opening::new(Who::Named(vec![format!("account {}", resource.account())]), Vec::new()),
        }
    }

    /// Why the policy of `resource` was not read, where it is not even in a list.
    fn unread(&self, resource: &Arn) -> Option<Gap> {
        fn lacks<'c, T: Resource + 'c>(mut regions: impl Iterator<Item = &'c Listing<T>>, arn: &Arn) -> Option<Gap> {
            let mut gap = None;
            let there = regions.any(|listing| {
                gap = gap.take().or_else(|| listing.gap.clone());
                find(listing, arn).is_some()
            });
            let named = |gap: Gap| if gap.action.is_empty() { Gap { action: T::LISTED_BY.to_owned(), ..gap } } else { gap };
            gap.filter(|_| !there).map(named)
        }
        let posture = self.context.posture;
        // Another account says itself whom it lets.
        if !resource.account().is_empty() && resource.account() != posture.account {
            return None;
        }
        let regions = || posture.regions.iter().filter(|(name, _)| resource.region().is_empty() || *name == resource.region());
        let each = || regions().map(|(_, region): (_, &Region)| region);
        match resource.service() {
            "sqs" => lacks(each().map(|region| &region.queues), resource),
            "sns" => lacks(each().map(|region| &region.topics), resource),
            "s3" => lacks(each().map(|region| &region.buckets), resource),
            "kinesis" => lacks(each().map(|region| &region.kinesis_streams), resource),
            "dynamodb" => lacks(each().map(|region| &region.tables), resource),
            "events" if resource.resource().starts_with("event-bus/") => lacks(each().map(|region| &region.event_buses), resource),
            "events" | "states" | "scheduler" | "pipes" | "apigateway" | "execute-api" | "appsync" | "cognito-idp" | "secretsmanager"
            | "lambda" => None,
            _ => Some(Gap::unsupported("who may put something in there is not read")),
        }
    }
}
