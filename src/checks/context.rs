//! What a check is given: the posture, the user's settings, and what many checks would otherwise work out again.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use super::{Check, Feeds, Ruling, Settings, Verdict, reach, standing::Standings, works_with::WorksWith};
use crate::{
    iam::{self, Holder, Library, Needed, Reach, needed},
    model::{Arn, EventSourceMapping, Function, Gap, GapKind, Listing, LogGroup, Posture, Region, Resource, Role, Timestamp},
};

/// The actions by which a principal takes on a role.
const ASSUME: [&str; 3] = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

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
    /// By role ARN. Indices that many checks ask are made once, when the first one asks: a check may go
    /// through 10,000 items, and a screen may want one plan.
    functions: OnceLock<BTreeMap<&'a Arn, Vec<&'a Function>>>,
    /// By unqualified function ARN.
    mappings: OnceLock<BTreeMap<String, Vec<&'a EventSourceMapping>>>,
    /// By role ARN.
    trusts: OnceLock<BTreeMap<Arn, Result<Vec<Reach>, Gap>>>,
    reach: OnceLock<reach::Reach>,
    works: OnceLock<WorksWith<'a>>,
    standings: OnceLock<Standings<'a>>,
    feeds: OnceLock<Feeds>,
}

impl<'a> Context<'a> {
    /// Prepares `posture` for the checks.
    pub fn new(posture: &'a Posture, settings: &'a Settings) -> Self {
        let library = Library::new(posture);
        let public = iam::public_functions(posture, &library);
        Self::prepared(posture, settings, Arc::new(library), Arc::new(public))
    }

    /// The context of a posture whose policies were parsed before.
    pub fn prepared(posture: &'a Posture, settings: &'a Settings, library: Arc<Library>, public: Arc<BTreeMap<Arn, Vec<Reach>>>) -> Self {
        let regions = posture.regions.keys().map(|name| (name.as_str(), Arc::from(name.as_str()))).collect();
        let (functions, mappings, trusts, reach, works, standings, feeds) = Default::default();
        Self { posture, settings, library, public, regions, functions, mappings, trusts, reach, works, standings, feeds }
    }

    fn by_role(&self) -> &BTreeMap<&'a Arn, Vec<&'a Function>> {
        self.functions.get_or_init(|| {
            let mut functions: BTreeMap<_, Vec<_>> = BTreeMap::new();
            for (_, function) in self.posture.functions() {
                functions.entry(&function.role).or_default().push(function);
            }
            functions
        })
    }

    /// When the posture was taken: the only now there is.
    pub fn now(&self) -> Timestamp {
        self.posture.taken_at
    }

    /// One verdict for each item of a regional list; a gap for one item is unknown for that item, and a gap
    /// of the list itself is unknown for all that might be missing from it.
    pub fn each<T: Resource + 'a>(
        &self,
        check: &'static Check,
        list: impl Fn(&'a Region) -> &'a Listing<T>,
        rule: impl Fn(&'a Region, &'a T) -> Result<Ruling, Gap>,
    ) -> Vec<Verdict> {
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

    /// One verdict for each role that a function runs as and that was read; the functions come with it.
    ///
    /// When roles are missing, or functions that might name more roles, one unknown verdict stands for all of those.
    pub fn each_execution_role(
        &self,
        check: &'static Check,
        rule: impl Fn(&'a Role, &[&'a Function]) -> Result<Ruling, Gap>,
    ) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for (&arn, functions) in self.by_role() {
            if let Some(role) = self.posture.role(arn) {
                verdicts.push(self.one(check, arn.clone(), "", rule(role, functions)));
            }
        }
        let unread = listed(&self.posture.identity.roles).err().or_else(|| self.functions_gap());
        verdicts.extend(unread.map(|gap| self.one(check, self.all::<Role>(""), "", Err(gap))));
        verdicts
    }

    /// One verdict for each log group that a function writes to and that was read; the functions come with it.
    ///
    /// When log groups are missing, or functions that might name more of them, one unknown verdict stands for all
    /// of those; a function of which the log group is not known has an unknown verdict of its own.
    pub fn each_function_log_group(
        &self,
        check: &'static Check,
        rule: impl Fn(&'a LogGroup, &[&'a Function]) -> Result<Ruling, Gap>,
    ) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for (name, region) in &self.posture.regions {
            let mut writers: BTreeMap<String, Vec<&Function>> = BTreeMap::new();
            for function in &region.functions.items {
                match function.log_group().known() {
                    Ok(group) => writers.entry(group.clone()).or_default().push(function),
                    Err(gap) => verdicts.push(self.one(check, function.arn.clone(), name, Err(gap.clone()))),
                }
            }
            for group in &region.log_groups.items {
                if let Some(functions) = writers.get(&group.name) {
                    verdicts.push(self.one(check, group.arn.clone(), name, rule(group, functions)));
                }
            }
            let unread = listed(&region.log_groups).err().or_else(|| listed(&region.functions).err());
            verdicts.extend(unread.map(|gap| self.one(check, self.all::<LogGroup>(name), name, Err(gap))));
        }
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
            verdicts.push(Verdict { check, resource: self.all::<T>(region), region: region.clone(), ruling: named::<T>(gap).into() });
        }
    }

    /// The ARN that stands for all resources of a kind in `region`.
    fn all<T: Resource>(&self, region: &str) -> Arn {
        let (service, all) = T::ALL;
        Arn::build(&self.posture.partition, service, region, &self.posture.account, all)
    }

    /// Who can become administrator, and what strangers reach. Worked out when the first check asks.
    pub(super) fn reach(&self) -> &reach::Reach {
        self.reach.get_or_init(|| reach::Reach::new(self.posture, &self.library))
    }

    /// Whether anyone can reach `resource`: a public function, the execution role of one, or whatever a path leads to from outside
    /// that depends on nothing.
    pub fn is_public(&self, resource: &Arn) -> bool {
        self.public.contains_key(resource)
            || self.reach().is_exposed(resource)
            || (resource.service() == "iam" && self.functions_of(resource).any(|function| self.public.contains_key(&function.arn)))
    }

    /// The functions that run as `role`.
    pub fn functions_of(&self, role: &Arn) -> impl Iterator<Item = &'a Function> {
        self.by_role().get(role).into_iter().flatten().copied()
    }

    /// What the functions work with.
    pub(super) fn works_with(&self) -> &WorksWith<'a> {
        self.works.get_or_init(|| WorksWith::new(self))
    }

    /// What the functions are to the account.
    pub(super) fn standings(&self) -> &Standings<'a> {
        self.standings.get_or_init(|| Standings::new(self.posture, self.settings))
    }

    /// What starts functions and carries data between resources by configuration.
    pub fn feeds(&self) -> &Feeds {
        self.feeds.get_or_init(|| Feeds::new(self))
    }

    /// What Lambda does as `role` for the functions that run as it, and why it may be more.
    pub fn needs_of(&self, role: &Role) -> (Vec<Needed>, Vec<Gap>) {
        let (mut needs, mut gaps) = (Vec::new(), Vec::from_iter(self.functions_gap()));
        for function in self.functions_of(&role.arn) {
            let (asked, unread) = needed(function, self.known_mappings_of(function));
            needs.extend(asked);
            for gap in unread.into_iter().chain(self.mappings_of(function).err()) {
                if !gaps.contains(&gap) {
                    gaps.push(gap);
                }
            }
        }
        (needs, gaps)
    }

    /// Why some functions are not known, if so: for questions about functions that are *not* there.
    pub fn functions_gap(&self) -> Option<Gap> {
        self.posture.regions.values().find_map(|region| listed(&region.functions).err())
    }

    /// The event source mappings that invoke `function`, a version of it or an alias.
    ///
    /// # Errors
    /// The gap, when some mappings of the function's Region are not known.
    pub fn mappings_of(&self, function: &Function) -> Result<&[&'a EventSourceMapping], Gap> {
        if let Some(region) = self.posture.regions.get(function.arn.region()) {
            listed(&region.event_source_mappings)?;
        }
        Ok(self.known_mappings_of(function))
    }

    /// Those of [`Context::mappings_of`] that are known, whether or not there are more.
    pub fn known_mappings_of(&self, function: &Function) -> &[&'a EventSourceMapping] {
        let mappings = self.mappings.get_or_init(|| {
            let mut mappings: BTreeMap<_, Vec<_>> = BTreeMap::new();
            for mapping in self.posture.regions.values().flat_map(|region| &region.event_source_mappings.items) {
                mappings.entry(unqualified(&mapping.function)).or_default().push(mapping);
            }
            mappings
        });
        mappings.get(function.arn.as_str()).map_or(&[], Vec::as_slice)
    }

    /// The role with this ARN.
    ///
    /// # Errors
    /// The gap, when it was not read and not all roles are known. `None` is a role that does not exist.
    pub fn role(&self, arn: &Arn) -> Result<Option<&'a Role>, Gap> {
        match self.posture.role(arn) {
            Some(role) => Ok(Some(role)),
            None => listed(&self.posture.identity.roles).map(|_| None),
        }
    }

    /// What `role` may do.
    pub fn holder<'c>(&'c self, role: &'c Role) -> Holder<'c> {
        Holder::role(self.posture, &self.library, role)
    }

    /// Whom the trust policy of `role`, one of the posture's, lets take it on.
    ///
    /// # Errors
    /// The gap, when the policy is no policy.
    pub fn trust(&self, role: &Role) -> Result<&[Reach], Gap> {
        let trusts = self.trusts.get_or_init(|| {
            let reach = |role: &'a Role| Ok(iam::audience(self.library.document(&role.trust)?, &ASSUME, &role.arn));
            self.posture.identity.roles.items.iter().map(|role| (role.arn.clone(), reach(role))).collect()
        });
        match trusts.get(&role.arn) {
            Some(Ok(reaches)) => Ok(reaches),
            Some(Err(gap)) => Err(gap.clone()),
            None => Err(Gap::unread(Role::LISTED_BY)),
        }
    }
}

/// All items, or the list's gap with the action that would have listed them.
pub(super) fn listed<T: Resource>(listing: &Listing<T>) -> Result<&[T], Gap> {
    listing.all().map_err(named::<T>)
}

fn named<T: Resource>(gap: &Gap) -> Gap {
    let mut gap = gap.clone();
    if gap.action.is_empty() && gap.kind == GapKind::Unread {
        gap.action = T::LISTED_BY.to_owned();
    }
    gap
}

/// The ARN of the function itself, for the ARN of a version or an alias.
fn unqualified(arn: &Arn) -> String {
    let name = arn.resource().strip_prefix("function:").unwrap_or_default();
    match name.split_once(':') {
        Some((_, qualifier)) => arn.as_str().strip_suffix(qualifier).unwrap_or(arn.as_str()).trim_end_matches(':').to_owned(),
        None => arn.as_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::with_function;

    #[test]
    fn mappings_are_found_by_function_whatever_they_point_at() {
        let mut posture = with_function(|_| ());
        let mapping = |uuid: &str, qualifier: &str| {
            EventSourceMapping::new(
                Arn::from(format!("arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:{uuid}")),
                uuid,
                Arn::from(format!("arn:aws:lambda:eu-west-1:123456789012:function:orders{qualifier}")),
            )
        };
        let region = posture.regions.get_mut("eu-west-1").unwrap();
        region.event_source_mappings.items = vec![mapping("a", ""), mapping("b", ":live"), mapping("c", ":$LATEST"), mapping("d", "-eu")];
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let (_, function) = posture.functions().next().unwrap();
        let uuids: Vec<_> = context.mappings_of(function).unwrap().iter().map(|mapping| mapping.uuid.as_str()).collect();
        assert_eq!(uuids, ["a", "b", "c"]);
        assert_eq!(context.functions_of(&function.role).count(), 1);
    }

    #[test]
    fn a_role_that_is_not_listed_is_only_missing_from_a_complete_list() {
        let mut posture = with_function(|_| ());
        let settings = Settings::default();
        let gone = Arn::from("arn:aws:iam::123456789012:role/gone");
        assert!(Context::new(&posture, &settings).role(&gone).unwrap().is_none());
        posture.identity.roles.gap = Some(Gap::denied("iam:GetAccountAuthorizationDetails", ""));
        assert!(Context::new(&posture, &settings).role(&gone).is_err());
    }
}
