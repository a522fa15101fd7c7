//! What a principal can do to the account's resources by its own permissions.

use std::collections::BTreeMap;

use super::{
    Access, Proof,
    sink::{SINKS, Sink},
};
use crate::{
    iam::{Account, ArnIndex, Caller, Holder, Outcome},
    model::{Arn, Gap, Posture},
};

/// A name that nobody gave to an object: who may read it may read all of them.
const ANY: &str = "palisade-0f3c9b7e41d2";

/// A use of a resource that a principal has.
#[derive(Debug, Clone)]
pub(super) struct Use {
    pub(super) access: Access,
    pub(super) action: &'static str,
    pub(super) condition: Option<String>,
    pub(super) proof: Vec<Proof>,
}

/// The account's resources, by kind.
pub(super) struct Stock {
    kinds: Vec<(&'static Sink, ArnIndex)>,
    /// Those of each kind whose own policies name everybody, once somebody has asked: resources are many, and these few.
    open: Option<Vec<Vec<Arn>>>,
    /// Only these accesses are asked about.
    only: Option<&'static [Access]>,
    /// Why something could not be decided since [`Stock::take_gap`] was asked last.
    gap: Option<Gap>,
}

impl Stock {
    fn with(kinds: Vec<(&'static Sink, ArnIndex)>) -> Self {
        Self { kinds, open: None, only: None, gap: None }
    }

    pub(super) fn new(posture: &Posture) -> Self {
        Self::with(SINKS.iter().map(|sink| (sink, ArnIndex::new(sink.all(posture)))).collect())
    }

    /// What holds data.
    pub(super) fn of_data(posture: &Posture) -> Self {
        Self::with(SINKS.iter().filter(|sink| sink.is_data).map(|sink| (sink, ArnIndex::new(sink.all(posture)))).collect())
    }

    /// What holds or carries data, asked for who reads and who writes it.
    pub(super) fn of_flow(posture: &Posture) -> Self {
        let flows = |sink: &&Sink| sink.is_data || matches!(sink.kind, "topic" | "event-bus");
        let kinds = SINKS.iter().filter(flows).map(|sink| (sink, ArnIndex::new(sink.all(posture)))).collect();
        Self { only: Some(&[Access::Read, Access::Write]), ..Self::with(kinds) }
    }

    /// Why not everything could be decided, if so.
    pub(super) fn take_gap(&mut self) -> Option<Gap> {
        self.gap.take()
    }

    /// Only this resource, if it is of a kind.
    pub(super) fn only(posture: &Posture, resource: &Arn) -> Self {
        let kinds = Sink::of(posture, resource).map(|sink| (sink, ArnIndex::new([resource.clone()])));
        Self::with(kinds.into_iter().collect())
    }

    /// The resources of each kind.
    pub(super) fn kinds(&self) -> impl Iterator<Item = (&'static Sink, &[Arn])> {
        self.kinds.iter().map(|(sink, index)| (*sink, index.arns()))
    }

    /// The kind of `resource`.
    pub(super) fn kind_of(&self, resource: &Arn) -> Option<&'static Sink> {
        self.kinds.iter().find(|(_, index)| index.holds(resource)).map(|(sink, _)| *sink)
    }

    /// What `principal` can use, by resource. What is not known to be possible is not among it.
    pub(super) fn uses(&mut self, account: &Account<'_>, principal: &Arn) -> BTreeMap<Arn, (&'static Sink, Vec<Use>)> {
        let mut all: BTreeMap<Arn, (&'static Sink, Vec<Use>)> = BTreeMap::new();
        let Some(holder) = account.holder(principal) else { return all };
        let caller = Caller::Principal(principal.as_str().to_owned());
        let open = self.open.get_or_insert_with(|| {
            let of = |index: &ArnIndex| index.arns().iter().filter(|arn| account.names_everyone(arn)).cloned().collect();
            self.kinds.iter().map(|(_, index)| of(index)).collect()
        });
        for ((sink, index), open) in self.kinds.iter_mut().zip(open) {
            let own = account.naming(principal).iter().filter(|arn| index.holds(arn));
            let naming: Vec<&Arn> = open.iter().chain(own).collect();
            if naming.is_empty() && !touches(holder, sink) {
                continue;
            }
            for (access, actions) in sink.uses.iter().filter(|(access, _)| self.only.is_none_or(|only| only.contains(access))) {
                let mut found: BTreeMap<Arn, Use> = BTreeMap::new();
                for action in *actions {
                    for (resource, asked) in candidates(&naming, holder.scopes(action).iter().map(|scope| scope.patterns.as_deref()), index)
                    {
                        if found.get(&resource).is_some_and(|known| known.condition.is_none()) {
                            continue;
                        }
                        let used = decide(account, &caller, *access, action, &asked).unwrap_or_else(|gap| {
                            self.gap.get_or_insert(gap);
                            None
                        });
                        if let Some(used) = used
                            && let Some(used) = decrypted(account, &caller, &resource, used)
                        {
                            // A certain way goes before a conditional one.
                            if used.condition.is_none() || !found.contains_key(&resource) {
                                found.insert(resource, used);
                            }
                        }
                    }
                }
                for (resource, used) in found {
                    all.entry(resource).or_insert_with(|| (*sink, Vec::new())).1.push(used);
                }
            }
        }
        all
    }
}

/// Whether a statement of `holder` speaks of the service of `sink`: most roles speak of one or two, and that is sooner known.
fn touches(holder: &Holder<'_>, sink: &Sink) -> bool {
    let service = sink.uses.iter().flat_map(|(_, actions)| *actions).find_map(|action| action.split_once(':')).map(|(service, _)| service);
    holder.permissions.iter().any(|permission| {
        let is_its = |action: &str| match action.split_once(':') {
            Some((one, _)) => one.contains(['*', '?']) || service.is_none_or(|service| one.eq_ignore_ascii_case(service)),
            None => true,
        };
        permission.statement.is_not_action() || permission.statement.actions().any(is_its)
    })
}

/// The resources that these patterns may be about, and what to ask of each: an object stands for its bucket.
fn candidates<'p>(naming: &[&Arn], scopes: impl Iterator<Item = Option<&'p [&'p str]>>, index: &mut ArnIndex) -> Vec<(Arn, String)> {
    let is_buckets = index.arns().first().is_some_and(|arn| arn.service() == "s3");
    let object = |arn: &Arn, rest: &str| format!("{arn}/{}", if rest.is_empty() { ANY } else { rest }.replace('*', ANY).replace('?', "x"));
    let mut found: BTreeMap<Arn, String> = BTreeMap::new();
    // A resource's own policy can let in whom it names, without a statement of the principal's own.
    for arn in naming.iter().copied() {
        found.insert(arn.clone(), if is_buckets { object(arn, "") } else { arn.as_str().to_owned() });
    }
    for patterns in scopes {
        let everything: &[&str] = &["*"];
        for pattern in patterns.unwrap_or(everything) {
            let (bucket, rest) = match pattern.split_once('/') {
                Some((bucket, rest)) if is_buckets => (bucket, rest),
                _ => (*pattern, ""),
            };
            for number in index.matching(bucket).iter() {
                let arn = &index.arns()[*number as usize];
                let asked = if is_buckets { object(arn, rest) } else { arn.as_str().to_owned() };
                found.entry(arn.clone()).or_insert(asked);
            }
        }
    }
    found.into_iter().collect()
}

fn decide(account: &Account<'_>, caller: &Caller, access: Access, action: &'static str, resource: &str) -> Result<Option<Use>, Gap> {
    // Buckets are administered and deleted as such.
    let is_object = action.ends_with("Object");
    let resource = match resource.split_once('/') {
        Some((bucket, _)) if resource.starts_with("arn:") && resource.contains(":s3:::") && !is_object => bucket,
        _ => resource,
    };
    let decision = account.can(caller, action, resource, &[])?;
    let condition = match decision.outcome {
        Outcome::Allowed => None,
        Outcome::Conditional => Some(decision.condition.unwrap_or_else(|| "on a condition that is not known".to_owned())),
        Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => return Ok(None),
    };
    let mut proof: Vec<Proof> = Vec::new();
    for one in decision.proof.iter().filter(|permission| permission.statement.is_allow()).map(Proof::permission) {
        if !proof.contains(&one) {
            proof.push(one);
        }
    }
    Ok(Some(Use { access, action, condition, proof }))
}

/// Who reads a secret under a key of the customer's must be let by that key too, through the service.
fn decrypted(account: &Account<'_>, caller: &Caller, resource: &Arn, used: Use) -> Option<Use> {
    if used.access != Access::Read {
        return Some(used);
    }
    let posture = account.posture();
    let Some(region) = posture.regions.get(resource.region()) else { return Some(used) };
    let key = match resource.service() {
        "secretsmanager" => region.secrets.items.iter().find(|secret| secret.arn == *resource).and_then(|secret| secret.kms_key.as_deref()),
        "ssm" => {
            region.parameters.items.iter().find(|parameter| parameter.arn == *resource).and_then(|parameter| parameter.kms_key.as_deref())
        }
        _ => None,
    };
    let Some(key) = key.filter(|key| !key.contains("alias/aws/")) else { return Some(used) };
    let Some(key) = region.keys.items.iter().find(|known| known.arn.as_str() == key || known.arn.name() == key) else {
        return Some(with(used, format!("only if its key {key} lets it decrypt")));
    };
    let via = format!("{}.{}.amazonaws.com", resource.service(), resource.region());
    let decision =
        account.can(caller, "kms:Decrypt", key.arn.as_str(), &[("kms:ViaService", &via), ("kms:CallerAccount", &posture.account)]);
    match decision.map(|decision| (decision.outcome, decision.condition)) {
        Ok((Outcome::Allowed, _)) => Some(used),
        Ok((Outcome::Conditional, condition)) => Some(with(used, format!("key: {}", condition.unwrap_or_default()))),
        Ok(_) => None,
        Err(_) => Some(with(used, format!("only if its key {} lets it decrypt", key.arn.name()))),
    }
}

fn with(used: Use, condition: String) -> Use {
    let condition = match used.condition {
        Some(known) => format!("{known}; {condition}"),
        None => condition,
    };
    Use { condition: Some(condition), ..used }
}
