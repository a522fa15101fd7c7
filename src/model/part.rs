//! A part: what one collector learnt. Absorbing it is a pure function.

use super::{
    Arn, CodeSigningConfig, EventSourceMapping, Fact, Function, FunctionDetails, Group, Key, LambdaSettings, LayerVersion, Listing,
    LogGroup, ManagedPolicy, Posture, Region, Resource, Role, SourceRun, User,
};

/// What one collector learnt, in one go: a list replaces the list, a detail replaces one item of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// How the source stands after this part.
    pub run: SourceRun,
    /// What was learnt.
    pub learnt: Vec<Learnt>,
}

/// One thing that was learnt.
#[derive(Debug, Clone, PartialEq)]
pub enum Learnt {
    /// All functions of the Region.
    Functions(Listing<Function>),
    /// One function, all of it.
    Function(Box<Function>),
    /// Details of one function of the list.
    FunctionDetails(Box<FunctionDetails>),
    /// Functions that were deleted since they were listed.
    FunctionsGone(Vec<Arn>),
    /// All event source mappings.
    EventSourceMappings(Listing<EventSourceMapping>),
    /// All own layers.
    Layers(Listing<LayerVersion>),
    /// All code signing configurations.
    CodeSigningConfigs(Listing<CodeSigningConfig>),
    /// The account's limits.
    LambdaSettings(Fact<LambdaSettings>),
    /// All keys.
    Keys(Listing<Key>),
    /// One key, in detail.
    Key(Box<Key>),
    /// All log groups.
    LogGroups(Listing<LogGroup>),
    /// All roles.
    Roles(Listing<Role>),
    /// All users.
    Users(Listing<User>),
    /// All groups.
    Groups(Listing<Group>),
    /// All managed policies.
    Policies(Listing<ManagedPolicy>),
}

impl Posture {
    /// Takes in what a collector learnt. The order of parts of different sources does not matter.
    pub fn absorb(&mut self, part: Part) {
        let name = part.run.region.clone();
        if name != SourceRun::GLOBAL {
            self.regions.entry(name.clone()).or_default();
        }
        for learnt in part.learnt {
            match learnt {
                Learnt::Roles(list) => self.identity.roles = sorted(list),
                Learnt::Users(list) => self.identity.users = sorted(list),
                Learnt::Groups(list) => self.identity.groups = sorted(list),
                Learnt::Policies(list) => self.identity.policies = sorted(list),
                regional => {
                    if let Some(region) = self.regions.get_mut(&name) {
                        region.absorb(regional);
                    }
                }
            }
        }
        match self.sources.iter_mut().find(|run| run.source == part.run.source && run.region == part.run.region) {
            Some(run) => *run = part.run,
            None => {
                self.sources.push(part.run);
                self.sources.sort_by(|a, b| (a.source, &a.region).cmp(&(b.source, &b.region)));
            }
        }
    }
}

impl Region {
    fn absorb(&mut self, learnt: Learnt) {
        match learnt {
            Learnt::Functions(list) => self.functions = sorted(list),
            Learnt::Function(function) => replace(&mut self.functions, *function),
            Learnt::FunctionDetails(details) => self.functions.learn(*details),
            Learnt::FunctionsGone(arns) => self.functions.items.retain(|function| !arns.contains(&function.arn)),
            Learnt::EventSourceMappings(list) => self.event_source_mappings = sorted(list),
            Learnt::Layers(list) => self.layers = sorted(list),
            Learnt::CodeSigningConfigs(list) => self.code_signing_configs = sorted(list),
            Learnt::LambdaSettings(fact) => self.lambda_settings = fact,
            Learnt::Keys(list) => self.keys = sorted(list),
            Learnt::Key(key) => replace(&mut self.keys, *key),
            Learnt::LogGroups(list) => self.log_groups = sorted(list),
            // Global ones are taken in above.
            Learnt::Roles(_) | Learnt::Users(_) | Learnt::Groups(_) | Learnt::Policies(_) => {}
        }
    }
}

impl Listing<Function> {
    fn learn(&mut self, details: FunctionDetails) {
        // A function that is not listed is gone, and its details with it.
        let Ok(index) = self.items.binary_search_by(|function| function.arn.cmp(&details.arn)) else { return };
        let function = &mut self.items[index];
        details.answers.into_iter().for_each(|answer| function.learn(answer));
        function.details_as_of = details.as_of.or(function.details_as_of);
    }
}

fn sorted<T: Resource>(mut list: Listing<T>) -> Listing<T> {
    list.items.sort_by(|a, b| a.arn().cmp(b.arn()));
    list.items.dedup_by(|a, b| a.arn() == b.arn());
    list
}

fn replace<T: Resource>(list: &mut Listing<T>, item: T) {
    match list.items.binary_search_by(|known| known.arn().cmp(item.arn())) {
        Ok(index) => list.items[index] = item,
        Err(index) => list.items.insert(index, item),
    }
}
