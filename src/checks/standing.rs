//! What a resource is to the account: the class of its data, and its environment. A function is what its tags and its name say;
//! what belongs to functions is what the weightiest of them is.

use std::collections::HashMap;

use super::{
    Asset, Context,
    settings::{Classified, Demand, Described, Environment, Placed, Protection, Settings, Tags},
};
use crate::model::{Arn, Function, Gap, Listing, Posture, Resource, TaggedResource, find};

/// What a resource is to the account.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    class: Classified<'a>,
    environment: Option<Placed<'a>>,
    /// Why it may be more: tags that were not read.
    gap: Option<&'a Gap>,
}

impl<'a> Standing<'a> {
    /// Of a resource of which nothing is said.
    fn unmarked(settings: &'a Settings, gap: Option<&'a Gap>) -> Self {
        Self { class: settings.classes.unmarked(), environment: None, gap }
    }

    fn own(settings: &'a Settings, Own { name, tags, source }: Own<'a>) -> Self {
        match tags.map(|tags| Described { name, tags, source }) {
            Ok(of) => Self { class: settings.classes.of(of), environment: settings.environments.of(&[of]), gap: None },
            Err(gap) => Self::unmarked(settings, Some(gap)),
        }
    }

    /// Of what both have a part in: the more sensitive class, and production if either is. Only what is for development
    /// altogether is for development.
    pub(super) fn join(self, other: Self) -> Self {
        let is = |standing: &Self, environment| standing.environment.is_some_and(|placed| placed.environment == environment);
        let environment = match () {
            () if is(&self, Environment::Production) => self.environment,
            () if is(&other, Environment::Production) => other.environment,
            () if is(&self, Environment::Development) && is(&other, Environment::Development) => self.environment,
            () => None,
        };
        let class = if other.class.class.rank > self.class.class.rank { other.class } else { self.class };
        Self { class, environment, gap: self.gap.or(other.gap) }
    }

    /// The class of its data.
    ///
    /// # Errors
    /// The gap, when nothing marks it and some tags were not read.
    pub fn class(&self) -> Result<Classified<'a>, Gap> {
        match self.gap {
            Some(gap) if self.class.by.is_none() => Err(gap.clone()),
            _ => Ok(self.class),
        }
    }

    /// Whether its data is known to be sensitive.
    pub fn is_sensitive(&self) -> bool {
        self.class.is_sensitive
    }

    /// What its class demands, if that is `protection`.
    ///
    /// # Errors
    /// The gap, when it is not known to demand it and some tags were not read.
    pub fn demand(&self, protection: Protection) -> Result<Option<Demand<'a>>, Gap> {
        match (self.known_demand(protection), self.gap) {
            (None, Some(gap)) => Err(gap.clone()),
            (demand, _) => Ok(demand),
        }
    }

    /// What its class is known to demand, if that is `protection`.
    pub fn known_demand(&self, protection: Protection) -> Option<Demand<'a>> {
        self.class.demand(protection).filter(|demand| self.gap.is_none() || demand.of.by.is_some())
    }

    /// Where it is, if that is known and matters.
    pub fn environment(&self) -> Option<Placed<'a>> {
        self.environment
    }

    /// Whether it is known to be for development, and to have no sensitive data all the same.
    pub fn is_development(&self) -> bool {
        self.gap.is_none() && !self.is_sensitive() && self.environment.is_some_and(|placed| placed.environment == Environment::Development)
    }

    /// Where it is, if that is production.
    pub fn production(&self) -> Option<Placed<'a>> {
        self.environment.filter(|placed| placed.environment == Environment::Production)
    }

    /// How much it matters to the score.
    pub fn asset(&self) -> Asset {
        match () {
            () if self.is_sensitive() => Asset::Sensitive,
            () if self.is_development() => Asset::Development,
            () => Asset::Ordinary,
        }
    }
}

/// What a resource says of itself.
struct Own<'a> {
    name: &'a str,
    tags: Result<&'a Tags, &'a Gap>,
    /// The call that gives the tags.
    source: &'static str,
}

/// The name and the tags of a resource; `None` where a posture has no tags of its kind.
///
/// This is the one place that knows where tags are.
fn tagged<'a>(posture: &'a Posture, arn: &Arn) -> Option<Own<'a>> {
    let region = posture.regions.get(arn.region());
    let kind = arn.resource().split(['/', ':']).find(|part| !part.is_empty())?;
    let (name, tags, source) = match (arn.service(), kind) {
        ("lambda", "function") => {
            posture.function(&arn.unqualified()).map(|function| (&function.name, function.tags.known(), "lambda:GetFunction"))
        }
        ("iam", "role") => posture.role(arn).map(|role| (&role.name, Ok(&role.tags), "iam:GetAccountAuthorizationDetails")),
        ("apigateway", "restapis") => find(&region?.rest_apis, arn).map(|api| (&api.name, Ok(&api.tags), "apigateway:GET")),
        ("apigateway", "apis") => find(&region?.http_apis, arn).map(|api| (&api.name, Ok(&api.tags), "apigateway:GET")),
        _ if TaggedResource::covers(arn) => {
            let name = store_name(posture, arn, kind).unwrap_or_default();
            return Some(Own { name, tags: posture.tags(arn), source: TaggedResource::LISTED_BY });
        }
        _ => None,
    }?;
    Some(Own { name, tags, source })
}

/// What people call something that holds or carries data, if it was read.
fn store_name<'a>(posture: &'a Posture, arn: &Arn, kind: &str) -> Option<&'a str> {
    fn of<'a, T: Resource>(listing: &'a Listing<T>, arn: &Arn) -> Option<&'a str> {
        Some(find(listing, arn)?.arn().name())
    }
    if arn.service() == "s3" {
        return posture.regions.values().find_map(|region| of(&region.buckets, arn));
    }
    let region = posture.regions.get(arn.region())?;
    match (arn.service(), kind) {
        ("dynamodb", "table") => of(&region.tables, arn),
        ("sqs", _) => of(&region.queues, arn),
        ("sns", _) => of(&region.topics, arn),
        ("kinesis", "stream") => of(&region.kinesis_streams, arn),
        ("events", "event-bus") => of(&region.event_buses, arn),
        ("secretsmanager", "secret") => find(&region.secrets, arn).map(|secret| secret.name.as_str()),
        ("ssm", "parameter") => find(&region.parameters, arn).map(|parameter| parameter.name.as_str()),
        ("states", "stateMachine") => of(&region.state_machines, arn),
        _ => None,
    }
}

/// What every function is, and every log group that functions write to.
#[derive(Debug)]
pub(super) struct Standings<'a> {
    functions: HashMap<&'a Arn, Standing<'a>>,
    /// By Region and name.
    log_groups: HashMap<(&'a str, String), Standing<'a>>,
}

impl<'a> Standings<'a> {
    pub(super) fn new(posture: &'a Posture, settings: &'a Settings) -> Self {
        let (mut functions, mut log_groups) = (HashMap::new(), HashMap::new());
        for (region, function) in posture.functions() {
            let own = Own { name: &function.name, tags: function.tags.known(), source: "lambda:GetFunction" };
            let standing = Standing::own(settings, own);
            functions.insert(&function.arn, standing);
            if let Ok(group) = function.log_group().known() {
                let joined = |joined: &mut Standing<'a>| *joined = joined.join(standing);
                log_groups.entry((region, group.clone())).and_modify(joined).or_insert(standing);
            }
        }
        Self { functions, log_groups }
    }
}

impl<'a> Context<'a> {
    /// What `function` is to the account, by its own tags and name.
    pub fn standing_of(&self, function: &Function) -> Standing<'a> {
        let known = self.standings().functions.get(&function.arn).copied();
        known.unwrap_or_else(|| Standing::unmarked(self.settings, None))
    }

    /// What `function` is to the account, when its role is asked as well: the data that a function works on is of the class
    /// that either says.
    pub fn standing_with_role(&self, function: &Function) -> Standing<'a> {
        let own = self.standing_of(function);
        match self.own(&function.role).map(|role| role.class) {
            Some(class) if class.by.is_some() && (own.gap.is_some() || class.class.rank > own.class.class.rank) => {
                Standing { class, ..own }
            }
            _ => own,
        }
    }

    /// What several functions together are to the account.
    pub fn standing_of_all<'f>(&self, functions: impl IntoIterator<Item = &'f Function>) -> Standing<'a> {
        let standings = functions.into_iter().map(|function| self.standing_of(function));
        standings.reduce(Standing::join).unwrap_or_else(|| Standing::unmarked(self.settings, None))
    }

    /// What `resource` is to the account. A function's versions, aliases and triggers are what the function is; a role and a log
    /// group what the weightiest of their functions is; anything else what its own tags say, or the functions that work with it.
    pub fn standing(&self, resource: &Arn) -> Standing<'a> {
        let kind = resource.resource().split([':', '/']).next().unwrap_or_default();
        match (resource.service(), kind) {
            ("lambda", "function") => self.posture.function(&resource.unqualified()).map(|function| self.standing_of(function)),
            ("lambda", "event-source-mapping") => self
                .posture
                .regions
                .get(resource.region())
                .and_then(|region| find(&region.event_source_mappings, resource))
                .and_then(|mapping| self.posture.function(&mapping.function.unqualified()))
                .map(|function| self.standing_of(function)),
            ("iam", "role") => self.of_role(resource),
            ("logs", "log-group") => self.standings().log_groups.get(&(resource.region(), resource.name().to_owned())).copied(),
            _ => self.of_store(resource),
        }
        .unwrap_or_else(|| Standing::unmarked(self.settings, None))
    }

    fn of_role(&self, arn: &Arn) -> Option<Standing<'a>> {
        let functions = self.functions_of(arn).map(|function| self.standing_of(function)).reduce(Standing::join);
        match (self.own(arn), functions) {
            // Its own tags say what its functions do not.
            (Some(own), Some(functions)) => Some(Standing { environment: functions.environment, ..functions.join(own) }),
            (own, functions) => functions.or(own),
        }
    }

    fn of_store(&self, arn: &Arn) -> Option<Standing<'a>> {
        let own = self.own(arn);
        let users = self.works_with().standing(arn);
        match (own, users) {
            (Some(own), Some(users)) => Some(Standing {
                class: if own.class.by.is_some() { own.class } else { users.class },
                environment: own.environment.or(users.environment),
                gap: own.gap.or(users.gap.filter(|_| own.class.by.is_none())),
            }),
            (own, users) => own.or(users),
        }
    }

    /// What a resource is by its own tags and name; `None` where the posture has no tags of it.
    pub fn own(&self, arn: &Arn) -> Option<Standing<'a>> {
        tagged(self.posture, arn).map(|own| Standing::own(self.settings, own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::testing::{self, ACCOUNT, REGION, with_function, with_role},
        model::{EventSourceMapping, Fact},
    };

    fn tagged(pairs: &[(&str, &str)]) -> Fact<Tags> {
        Fact::Known(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    fn asset(posture: &Posture, resource: &Arn) -> Asset {
        let settings = Settings::default();
        Context::new(posture, &settings).standing(resource).asset()
    }

    fn arn(service: &str, resource: &str) -> Arn {
        Arn::build("aws", service, REGION, ACCOUNT, resource)
    }

    #[test]
    fn what_belongs_to_a_function_is_what_the_function_is() {
        for (tags, expected) in [
            (tagged(&[("data-class", "pii")]), Asset::Sensitive),
            (tagged(&[("data-class", "pii"), ("env", "dev")]), Asset::Sensitive),
            (tagged(&[("env", "dev")]), Asset::Development),
            (tagged(&[("env", "prod")]), Asset::Ordinary),
            (tagged(&[]), Asset::Ordinary),
            (Fact::unread("lambda:GetFunction"), Asset::Ordinary),
        ] {
            let mut posture = with_function(|function| function.tags = tags.clone());
            let function = arn("lambda", "function:orders");
            let mapping = arn("lambda", "event-source-mapping:u-1");
            let to = Arn::from(format!("{function}:live"));
            posture.regions.get_mut(REGION).unwrap().event_source_mappings.items =
                vec![EventSourceMapping::new(mapping.clone(), "u-1", to)];
            let role = Arn::build("aws", "iam", "", ACCOUNT, "role/orders-role");
            for resource in [
                function.clone(),
                Arn::from(format!("{function}:live")),
                Arn::from(format!("{function}:7")),
                mapping,
                role,
                arn("logs", "log-group:/aws/lambda/orders"),
            ] {
                assert_eq!(asset(&posture, &resource), expected, "{resource} with {tags:?}");
            }
        }
    }

    #[test]
    fn a_role_that_is_shared_is_what_the_weightiest_of_its_functions_is() {
        let mut posture = with_function(|function| function.tags = tagged(&[("env", "dev")]));
        let role = posture.identity.roles.items[0].arn.clone();
        let add = |posture: &mut Posture, name: &str, tags| {
            let mut function = testing::function(name);
            (function.role, function.tags) = (role.clone(), tags);
            posture.regions.get_mut(REGION).unwrap().functions.items.push(function);
        };
        assert_eq!(asset(&posture, &role), Asset::Development);
        add(&mut posture, "other", tagged(&[]));
        assert_eq!(asset(&posture, &role), Asset::Ordinary);
        add(&mut posture, "third", tagged(&[("data-class", "phi")]));
        assert_eq!(asset(&posture, &role), Asset::Sensitive);
        posture.regions.get_mut(REGION).unwrap().functions.items.clear();
        assert_eq!(asset(&posture, &role), Asset::Ordinary);
        posture.identity.roles.items[0].tags = [("env".to_owned(), "dev".to_owned())].into();
        assert_eq!(asset(&posture, &role), Asset::Development, "its own tags, where it has no functions");
    }

    #[test]
    fn a_store_is_what_the_functions_are_that_work_with_it_by_name() {
        let table = arn("dynamodb", "table/orders");
        let policy = |resource: &str| {
            format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"{resource}"}}]}}"#)
        };
        let mut posture = with_role(&policy(table.as_str()));
        let set = |posture: &mut Posture, tags| posture.regions.get_mut(REGION).unwrap().functions.items[0].tags = tags;
        for (tags, expected) in
            [(&[("data-class", "restricted")][..], Asset::Sensitive), (&[("stage", "test")], Asset::Development), (&[], Asset::Ordinary)]
        {
            set(&mut posture, tagged(tags));
            assert_eq!(asset(&posture, &table), expected);
        }
        set(&mut posture, tagged(&[]));
        posture.identity.roles.items[0].tags = [("data-class".to_owned(), "pci".to_owned())].into();
        assert_eq!(asset(&posture, &table), Asset::Sensitive, "by the tags of the role");
        let mut wildcard = with_role(&policy("*"));
        set(&mut wildcard, tagged(&[("data-class", "restricted")]));
        assert_eq!(asset(&wildcard, &table), Asset::Ordinary, "a wildcard names nothing");
    }

    #[test]
    fn tags_that_were_not_read_leave_the_class_open_and_demand_nothing() {
        let posture = with_function(|function| function.tags = Fact::unread("lambda:GetFunction"));
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let standing = context.standing(&arn("lambda", "function:orders"));
        assert!(standing.class().is_err() && standing.demand(Protection::Masking).is_err());
        assert!(standing.known_demand(Protection::Masking).is_none());
        assert!(standing.environment().is_none() && !standing.is_development());
    }
}
