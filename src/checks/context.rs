//! What a check is given: the posture, the user's settings, and what many checks would otherwise work out again.

use std::{collections::BTreeMap, sync::Arc};

use super::{Asset, Check, Ruling, Settings, Verdict};
use crate::{
    iam::{Library, Reach},
    model::{Arn, Function, Gap, GapKind, Listing, Posture, Region, Resource, Timestamp},
};

/// What a check is given.
#[derive(Debug)]
pub struct Context<'a> {
    /// The account.
    pub posture: &'a Posture,
    /// What the user says of it.
    pub settings: &'a Settings,
    /// The policies, each parsed once.
    pub library: Arc<Library>,
    /// Functions that anyone on the internet or any AWS account can invoke, by ARN, with what opens them.
    pub public: Arc<BTreeMap<Arn, Vec<Reach>>>,
    regions: BTreeMap<&'a str, Arc<str>>,
}

impl<'a> Context<'a> {
    /// Prepares `posture` for the checks.
    pub fn new(posture: &'a Posture, settings: &'a Settings) -> Self {
        let library = Library::new(posture);
        let public = crate::iam::public_functions(posture, &library);
        Self::prepared(posture, settings, Arc::new(library), Arc::new(public))
    }

    /// The context of a posture whose policies were parsed before.
    pub fn prepared(posture: &'a Posture, settings: &'a Settings, library: Arc<Library>, public: Arc<BTreeMap<Arn, Vec<Reach>>>) -> Self {
        let regions = posture.regions.keys().map(|name| (name.as_str(), Arc::from(name.as_str()))).collect();
        Self { posture, settings, library, public, regions }
    }

    /// When the posture was taken: the only now there is.
    pub fn now(&self) -> Timestamp {
        self.posture.taken_at
    }

    /// One verdict for each item of a regional list; a gap for one item is unknown for that item, and a gap
    /// of the list itself is unknown for all that might be missing from it.
    pub fn each<T: Resource>(
        &self,
        check: &'static Check,
        list: impl Fn(&'a Region) -> &'a Listing<T>,
        rule: impl Fn(&'a Region, &'a T) -> Result<Ruling, Gap>,
    ) -> Vec<Verdict>
    where
        T: 'a,
    {
        let mut verdicts = Vec::new();
        for (name, region) in &self.posture.regions {
            let listing = list(region);
            let label = &self.regions[name.as_str()];
            self.judge(check, listing, label, |item| rule(region, item), &mut verdicts);
        }
        verdicts
    }

    /// Like [`Context::each`], for lists of the whole account such as roles.
    pub fn each_global<T: Resource>(
        &self,
        check: &'static Check,
        listing: &'a Listing<T>,
        rule: impl Fn(&'a T) -> Result<Ruling, Gap>,
    ) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        self.judge(check, listing, &Arc::from(""), rule, &mut verdicts);
        verdicts
    }

    /// One verdict on a resource that is no item of a list, such as the account itself.
    pub fn one(&self, check: &'static Check, resource: Arn, region: &str, ruling: Result<Ruling, Gap>) -> Verdict {
        Verdict {
            check,
            resource,
            region: self.regions.get(region).cloned().unwrap_or_else(|| Arc::from(region)),
            ruling: ruling.unwrap_or_else(Ruling::from),
        }
    }

    fn judge<T: Resource>(
        &self,
        check: &'static Check,
        listing: &'a Listing<T>,
        region: &Arc<str>,
        rule: impl Fn(&'a T) -> Result<Ruling, Gap>,
        verdicts: &mut Vec<Verdict>,
    ) {
        verdicts.extend(listing.items.iter().map(|item| Verdict {
            check,
            resource: item.arn().clone(),
            region: region.clone(),
            ruling: rule(item).unwrap_or_else(Ruling::from),
        }));
        if let Some(gap) = &listing.gap {
            let (service, all) = T::ALL;
            let mut gap = gap.clone();
            if gap.action.is_empty() && gap.kind == GapKind::Unread {
                gap.action = T::LISTED_BY.to_owned();
            }
            verdicts.push(Verdict {
                check,
                resource: Arn::build(&self.posture.partition, service, region, &self.posture.account, all),
                region: region.clone(),
                ruling: gap.into(),
            });
        }
    }

    /// Whether anyone can reach `resource`: a public function, or the execution role of one.
    pub fn is_public(&self, resource: &Arn) -> bool {
        self.public.contains_key(resource)
            || (resource.service() == "iam" && self.functions_of(resource).any(|function| self.public.contains_key(&function.arn)))
    }

    /// The functions that run as `role`.
    pub fn functions_of(&self, role: &'a Arn) -> impl Iterator<Item = &'a Function> {
        self.posture.functions().map(|(_, function)| function).filter(move |function| function.role == *role)
    }

    /// How much `resource` matters to the score.
    pub fn asset(&self, resource: &Arn) -> Asset {
        self.posture.function(resource).map_or(Asset::Ordinary, |function| self.settings.asset(function))
    }
}
