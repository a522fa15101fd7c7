//! By trigger: everything that can start functions, and who can put something in there.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    By, Group, Ledger, Link, Opening, UNSTARTED, View, Who, distinct,
    interface::{Doorways, of_url},
    is_function, named, qualifier,
    who::{Openings, evidence},
};
use crate::{
    checks::{Context, Feed},
    iam::Audience,
    model::{Arn, Gap},
    paths::{Doors, Grant, Node, resource_name},
    world::World,
};

/// The services whose lists say what starts functions.
const SERVICES: [&str; 12] =
    ["lambda", "sqs", "sns", "s3", "events", "scheduler", "pipes", "states", "apigateway", "appsync", "cognito-idp", "secretsmanager"];

/// Groups the findings of `world` by what can start functions.
pub fn triggers(world: &World, doors: &Doors, ledger: &Ledger) -> View {
    let context = world.context();
    let mut services = Doorways::new(&context, doors);
    services.of_services();
    let mut triggers = Triggers::new(&context, doors, &services.groups);
    triggers.by_configuration();
    triggers.by_relays();
    triggers.by_services(&services.groups);
    for (_, function) in context.posture.functions() {
        for url in function.urls.known().into_iter().flatten() {
            let group = of_url(doors, function, url);
            triggers.started.insert(function.arn.clone());
            triggers.groups.insert((group.kind, group.name.clone()), group);
        }
    }
    triggers.by_policies();
    let gaps = distinct(context.feeds().gaps().iter().chain(doors.unread(&SERVICES)).cloned());
    let unstarted = triggers.unstarted(&gaps);
    let groups = triggers.groups.into_values().chain(unstarted).collect();
    View::new(world, By::Trigger, groups, gaps, ledger)
}

struct Triggers<'a> {
    context: &'a Context<'a>,
    doors: &'a Doors,
    openings: Openings<'a>,
    /// Of APIs and pools, whose doors are their routes and users.
    entrances: HashMap<Arn, Opening>,
    /// By kind and ARN or name.
    groups: BTreeMap<(&'static str, String), Group>,
    started: HashSet<Arn>,
    /// Which services are known to start which function.
    served: HashSet<(Arn, String)>,
}

impl<'a> Triggers<'a> {
    fn new(context: &'a Context<'a>, doors: &'a Doors, services: &[Group]) -> Self {
        let mut entrances: HashMap<Arn, Opening> = HashMap::new();
        for (resource, opening) in services.iter().filter_map(|group| Some((group.resource.as_ref()?, group.opening.as_ref()?))) {
            let known = entrances.remove(resource).map_or_else(|| opening.clone(), |known| known.or(opening.clone()));
            entrances.insert(resource.clone(), known);
        }
        let (groups, started, served) = Default::default();
        Self { context, doors, openings: Openings::new(context, doors), entrances, groups, started, served }
    }

    /// The group of a resource, which is made when it is first asked for.
    fn group(&mut self, source: &Arn, kind: &'static str, name: String, opening: impl FnOnce(&mut Self) -> Opening) -> &mut Group {
        let key = (kind, source.to_string());
        if !self.groups.contains_key(&key) {
            let opening = Some(opening(self));
            self.groups.insert(key.clone(), Group { opening, ..Group::on(name, kind, source) });
        }
        self.groups.entry(key).or_insert_with(|| Group::on("", kind, source))
    }

    fn starts(&mut self, function: &Arn, service: &str) {
        self.started.insert(function.clone());
        self.served.insert((function.clone(), format!("{service}.amazonaws.com")));
    }

    fn by_configuration(&mut self) {
        let feeds = self.context.feeds();
        for feed in feeds.iter().filter(|feed| is_function(&feed.to)) {
            let Some(from) = feed.from.arn() else { continue };
            let source = feed.via.as_ref().filter(|via| matches!(via.service(), "events" | "pipes")).unwrap_or(from);
            let (kind, name) = self.called(source);
            let group = self.group(source, kind, name, |this| this.opening(feed, source, from));
            group.resources.extend(feed.via.iter().chain([from]).cloned());
            group.links.push(Link {
                to: Some(feed.to.clone()),
                qualifier: qualifier(&feed.target),
                by: feed.by.to_owned(),
                is_on: feed.is_on,
                who: None,
                evidence: vec![format!("{} {} {}", feed.evidence.source, feed.evidence.pointer, feed.evidence.value)],
            });
            self.starts(&feed.to, source.service());
        }
        self.by_kafka();
    }

    /// Kafka clusters outside AWS have no ARN: what reads them stands for them.
    fn by_kafka(&mut self) {
        let outside =
            || Opening::new(Who::Unknown(Gap::unsupported("who may write to a Kafka cluster outside AWS is not read")), Vec::new());
        for region in self.context.posture.regions.values() {
            for mapping in region.event_source_mappings.items.iter().filter(|mapping| mapping.source.is_none()) {
                let function = mapping.function.unqualified();
                let group = self.group(&mapping.arn, "Kafka cluster", mapping.uuid.clone(), |_| outside());
                group.links.push(Link {
                    to: Some(function.clone()),
                    qualifier: qualifier(&mapping.function),
                    by: "an event source mapping".to_owned(),
                    is_on: !mapping.state.starts_with("Disabl"),
                    who: None,
                    evidence: vec![format!("lambda:ListEventSourceMappings {} State {}", mapping.uuid, mapping.state)],
                });
                self.starts(&function, "kafka");
            }
            for pipe in region.pipes.items.iter().filter(|pipe| !pipe.source.starts_with("arn:") && is_function(&pipe.target)) {
                let function = pipe.target.unqualified();
                let group = self.group(&pipe.arn, "pipe", pipe.name.clone(), |_| outside());
                group.links.push(Link {
                    to: Some(function.clone()),
                    qualifier: qualifier(&pipe.target),
                    by: "a pipe".to_owned(),
                    is_on: pipe.state == "RUNNING",
                    who: None,
                    evidence: vec![format!("pipes:ListPipes {} Target {}", pipe.name, pipe.target)],
                });
                self.starts(&function, "pipes");
            }
        }
    }

    /// Who can put something into what feeds a function.
    fn opening(&mut self, feed: &Feed, source: &Arn, from: &Arn) -> Opening {
        match source.service() {
            "scheduler" => Opening::new(Who::Clock, Vec::new()),
            "events" if source == from && source.resource().starts_with("rule/") => Opening::new(Who::Clock, Vec::new()),
            // A rule takes what its pattern lets through: of a disabled one that was not asked.
            "events" if feed.is_on => self.openings.of(source),
            _ => self.entrances.get(source).cloned().unwrap_or_else(|| self.openings.of(from)),
        }
    }

    /// What hands on to functions by roles and permissions of its own.
    fn by_relays(&mut self) {
        let doors = self.doors;
        for (to, edge) in doors.steps().filter(|(to, _)| is_function(to)) {
            let Node::Resource(from) = &edge.from else { continue };
            if !matches!(edge.technique, "state-machine" | "appsync-data-source" | "user-pool-trigger") {
                continue;
            }
            let (kind, name) = self.called(from);
            let group = self.group(from, kind, name, |this| this.entrances.get(from).cloned().unwrap_or_else(|| this.openings.of(from)));
            group.links.push(Link {
                to: Some(to.clone()),
                qualifier: edge.proof.first().and_then(|proof| qualifier(&Arn::from(proof.statement.as_str()))),
                by: match edge.technique {
                    "state-machine" => "its definition".to_owned(),
                    "appsync-data-source" => "a data source".to_owned(),
                    _ => edge.proof.first().map_or_else(|| "a trigger".to_owned(), |proof| proof.statement.clone()),
                },
                is_on: true,
                who: None,
                evidence: evidence(edge),
            });
            self.starts(to, from.service());
        }
    }

    /// Functions that decide for an API who may.
    fn by_services(&mut self, services: &[Group]) {
        for group in services {
            let Some(resource) = &group.resource else { continue };
            for link in group.links.iter().filter(|link| link.by == "an authorizer") {
                let Some(function) = &link.to else { continue };
                let (kind, name) = self.called(resource);
                let own =
                    self.group(resource, kind, name, |_| group.opening.clone().unwrap_or_else(|| Opening::new(Who::Nobody, Vec::new())));
                // Every stage of an API has the same.
                if !own.links.contains(link) {
                    own.links.push(link.clone());
                }
                self.starts(function, resource.service());
            }
        }
    }

    /// Whom the policies of functions let start them: those who are not explained by what is configured.
    fn by_policies(&mut self) {
        let doors = self.doors;
        for (_, function) in self.context.posture.functions() {
            for edge in doors.outsiders(&function.arn).filter(|edge| edge.technique == "function-policy") {
                let opening = Opening::of(edge);
                let policy = edge.proof.first().map(|proof| proof.policy.as_str());
                let qualifier = policy.and_then(|policy| policy.strip_prefix("function policy of ")).map(str::to_owned);
                self.allowed("callers", opening.who.words(), &function.arn, qualifier, opening, edge.condition.clone());
            }
        }
        for grant in doors.grants() {
            self.by_grant(grant);
        }
    }

    fn by_grant(&mut self, grant: &Grant) {
        let proof = vec![format!("{} {} {}", grant.proof.policy, grant.proof.pointer, grant.proof.statement).trim_end().to_owned()];
        let (kind, name, who) = match &grant.audience {
            Audience::Service { name, .. } => {
                let unbound = self
                    .doors
                    .outsiders(&grant.function)
                    .find(|edge| edge.technique == "confused-deputy" && edge.proof.contains(&grant.proof));
                if unbound.is_none() && self.served.contains(&(grant.function.clone(), name.clone())) {
                    return;
                }
                ("AWS service", name.clone(), unbound.map_or(Who::Own, |edge| Who::outside(&edge.from)))
            }
            Audience::Network(_) => ("callers", Who::Network.words(), Who::Network),
            _ => ("callers", "this account, by a function's policy".to_owned(), Who::Own),
        };
        let opening = Opening { condition: grant.condition.clone(), ..Opening::new(who, proof) };
        self.allowed(kind, name, &grant.function, named(&grant.qualifier), opening, grant.condition.clone());
    }

    fn allowed(
        &mut self,
        kind: &'static str,
        name: String,
        function: &Arn,
        qualifier: Option<String>,
        opening: Opening,
        condition: Option<String>,
    ) {
        let group = self.groups.entry((kind, name.clone())).or_insert_with(|| Group::new(name, kind));
        let link = Link {
            to: Some(function.clone()),
            qualifier,
            by: condition.map_or_else(|| "its policy".to_owned(), |condition| format!("its policy, {condition}")),
            is_on: true,
            who: Some(opening.who.clone()),
            evidence: opening.evidence.clone(),
        };
        // A function's policies are gone through one after another.
        if !group.links.iter().rev().take_while(|known| known.to == link.to).any(|known| *known == link) {
            group.links.push(link);
        }
        group.admit(opening);
        self.started.insert(function.clone());
    }

    /// What is left: that nothing starts it can be said only where everything was read.
    fn unstarted(&self, gaps: &[Gap]) -> Option<Group> {
        let functions = self.context.posture.functions().map(|(_, function)| function);
        let left: Vec<_> = functions.filter(|function| !self.started.contains(&function.arn)).collect();
        if left.is_empty() {
            return None;
        }
        let own = left.iter().filter_map(|function| self.doors.gap(&function.arn));
        let gaps = distinct(gaps.iter().chain(own).cloned());
        let name = if gaps.is_empty() { "nothing starts these" } else { "nothing that was read starts these" };
        let who = gaps.first().map_or(Who::Own, |gap| Who::Unknown(gap.clone()));
        let mut group = Group { gaps, ..Group::new(name, UNSTARTED) };
        group.admit(Opening::new(who, Vec::new()));
        group.links.extend(left.iter().map(|function| Link {
            to: Some(function.arn.clone()),
            qualifier: None,
            by: String::new(),
            is_on: false,
            who: None,
            evidence: Vec::new(),
        }));
        Some(group)
    }

    /// What a trigger is, and what people call it.
    fn called(&self, source: &Arn) -> (&'static str, String) {
        let name = crate::model::text::clean(source.name()).into_owned();
        let head = source.resource().split([':', '/']).find(|part| !part.is_empty()).unwrap_or_default();
        let kind = match (source.service(), head) {
            ("sqs", _) => "queue",
            ("sns", _) => "topic",
            ("s3", _) => "bucket",
            ("kinesis", _) => "stream",
            ("dynamodb", _) => "table stream",
            ("events", "rule") => "event rule",
            ("events", _) => "event bus",
            ("scheduler", _) => "schedule",
            ("pipes", _) => "pipe",
            ("secretsmanager", _) => "secret",
            ("states", _) => "state machine",
            ("lambda", "function") => return ("function", resource_name(source)),
            ("apigateway" | "appsync" | "cognito-idp", _) => return self.service(source).unwrap_or(("API", name)),
            ("kafka", _) => "Kafka cluster",
            ("mq", _) => "broker",
            ("rds" | "docdb", _) => "database",
            _ => "event source",
        };
        (kind, name)
    }

    /// An API or a user pool, by the name that it was given.
    fn service(&self, arn: &Arn) -> Option<(&'static str, String)> {
        let region = self.context.posture.regions.get(arn.region())?;
        let rest = || region.rest_apis.items.iter().find(|api| api.arn == *arn).map(|api| ("REST API", api.name.clone()));
        let http = || {
            let api = region.http_apis.items.iter().find(|api| api.arn == *arn)?;
            Some((if api.protocol == "WEBSOCKET" { "WebSocket API" } else { "HTTP API" }, api.name.clone()))
        };
        let graphql = || region.graphql_apis.items.iter().find(|api| api.arn == *arn).map(|api| ("GraphQL API", api.name.clone()));
        let pool = || region.user_pools.items.iter().find(|pool| pool.arn == *arn).map(|pool| ("user pool", pool.name.clone()));
        rest().or_else(http).or_else(graphql).or_else(pool)
    }
}
