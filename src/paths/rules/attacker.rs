//! A principal that somebody acts as, and what it may do.

use std::collections::BTreeMap;

use crate::{
    iam::{Account, Caller, Decision, Holder, Outcome, Scope},
    model::{Arn, Gap},
    paths::{
        Proof,
        map::{Label, PlaceId},
        technique::{Need, On},
    },
};

/// A name that nobody gave to anything: what is allowed on it is allowed on whatever is made.
const ANY: &str = "palisade-0f3c9b7e41d2";

/// A principal that somebody acts as.
pub(super) struct Attacker<'h> {
    pub(super) arn: &'h Arn,
    pub(super) place: PlaceId,
    holder: &'h Holder<'h>,
    account: &'h Account<'h>,
    /// What it may do to things that are yet to be made, by the actions that it takes.
    made: BTreeMap<Vec<&'static str>, Option<Grant>>,
    /// Why more may be possible.
    pub(super) gap: Option<Gap>,
}

/// That something may be done.
#[derive(Debug, Clone, Default)]
pub(super) struct Grant {
    pub(super) proof: Vec<Proof>,
    pub(super) condition: Option<String>,
}

impl Grant {
    /// Both this and `other`.
    pub(super) fn and(mut self, other: Self) -> Self {
        for proof in other.proof {
            if !self.proof.contains(&proof) {
                self.proof.push(proof);
            }
        }
        self.condition = match (self.condition, other.condition) {
            (Some(one), Some(two)) if one != two => Some(format!("{one}; {two}")),
            (one, two) => one.or(two),
        };
        self
    }

    /// A step that rests on it.
    pub(super) fn label(self, technique: &'static str, actions: impl IntoIterator<Item = &'static str>) -> Label {
        Label {
            technique,
            actions: actions.into_iter().map(str::to_owned).collect(),
            condition: self.condition,
            needs_trigger: false,
            proof: self.proof,
        }
    }
}

impl<'h> Attacker<'h> {
    pub(super) fn new(account: &'h Account<'h>, arn: &'h Arn, holder: &'h Holder<'h>, place: PlaceId) -> Self {
        Self { arn, place, holder, account, made: BTreeMap::new(), gap: None }
    }

    /// The statements that speak of `action`.
    pub(super) fn scopes(&self, action: &str) -> Vec<Scope<'h>> {
        self.holder.scopes(action)
    }

    /// Whether what its statements say of `action` holds wherever they say it.
    pub(super) fn is_unlimited(&self, action: &str) -> bool {
        !self.holder.is_limited(action)
    }

    /// Whether it may do `action` on `resource`, as far as its own policies go.
    pub(super) fn may(&mut self, action: &str, resource: &str, keys: &[(&str, &str)]) -> Option<Grant> {
        let decision = self.holder.decide_when(action, resource, keys);
        self.granted(decision)
    }

    /// Whether it may take on `role`, by its own policies and by the role's trust policy.
    pub(super) fn may_assume(&mut self, role: &Arn) -> Option<Grant> {
        let caller = Caller::Principal(self.arn.as_str().to_owned());
        let decision = self.account.can(&caller, "sts:AssumeRole", role.as_str(), &[]);
        self.granted(decision)
    }

    fn granted(&mut self, decision: Result<Decision, Gap>) -> Option<Grant> {
        match decision {
            Ok(decision) => {
                let condition = match decision.outcome {
                    Outcome::Allowed => None,
                    Outcome::Conditional => Some(decision.condition.unwrap_or_else(|| "on a condition that is not known".to_owned())),
                    Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => return None,
                };
                let mut grant = Grant { proof: Vec::new(), condition };
                for proof in decision.proof.iter().filter(|permission| permission.statement.is_allow()).map(Proof::permission) {
                    if !grant.proof.contains(&proof) {
                        grant.proof.push(proof);
                    }
                }
                Some(grant)
            }
            Err(gap) => {
                self.gap.get_or_insert(gap);
                None
            }
        }
    }

    /// Whether it may do all that `needs` asks on something new: one thing of a kind for all actions of that kind, of
    /// whichever name.
    pub(super) fn may_make(&mut self, needs: &[Need]) -> Option<Grant> {
        let mut kinds: Vec<(&str, &str)> = Vec::new();
        for Need(_, on) in needs {
            if let On::New(service, kind) = on
                && !kinds.contains(&(service, kind))
            {
                kinds.push((service, kind));
            }
        }
        let mut all = Grant::default();
        for (service, kind) in kinds {
            let of_kind = |need: &&Need| matches!(need.1, On::New(_, other) if other == kind);
            let actions: Vec<&'static str> = needs.iter().filter(of_kind).map(|Need(action, _)| *action).collect();
            let made = match self.made.get(&actions) {
                Some(known) => known.clone(),
                None => {
                    let made = self.make(service, kind, &actions);
                    self.made.insert(actions, made.clone());
                    made
                }
            };
            all = all.and(made?);
        }
        Some(all)
    }

    /// A certain way goes before a conditional one.
    fn make(&mut self, service: &str, kind: &str, actions: &[&'static str]) -> Option<Grant> {
        let mut open = None;
        for name in self.names(service, kind, actions) {
            let grants: Option<Vec<Grant>> = actions.iter().map(|action| self.may(action, &name, &[])).collect();
            match grants.map(|grants| grants.into_iter().fold(Grant::default(), Grant::and)) {
                Some(grant) if grant.condition.is_none() => return Some(grant),
                grant => open = open.or(grant),
            }
        }
        open
    }

    /// ARNs that something new could have: one that nobody thought of, and those that the statements speak of.
    fn names(&self, service: &str, kind: &str, actions: &[&'static str]) -> Vec<String> {
        let posture = self.account.posture();
        let of =
            |region: &str, resource: &str| Arn::build(&posture.partition, service, region, &posture.account, resource).as_str().to_owned();
        let regions: Vec<&str> = if service == "iam" { vec![""] } else { posture.regions.keys().map(String::as_str).collect() };
        let mut names: Vec<String> = regions.iter().map(|region| of(region, &format!("{kind}{ANY}"))).collect();
        let scopes = actions.first().map(|action| self.scopes(action)).unwrap_or_default();
        for pattern in scopes.iter().flat_map(|scope| scope.patterns.iter().flatten()) {
            let Some(resource) = pattern.splitn(6, ':').nth(5).filter(|resource| resource.starts_with(kind)) else { continue };
            let resource = resource.replace('*', ANY).replace('?', "x");
            names.extend(regions.iter().map(|region| of(region, &resource)).filter(|name| !self.is_taken(name)));
        }
        names.sort();
        names.dedup();
        names
    }

    fn is_taken(&self, name: &str) -> bool {
        let arn = Arn::new(name);
        let posture = self.account.posture();
        posture.function(&arn).is_some() || self.account.holder(&arn).is_some()
    }
}
