//! Three ways to look at one account: by trigger (what can start this?), by interface (who may call this?), by data (what
//! can read this?). The same findings, grouped as people think; what is in no group stands under everything else.

mod interface;
mod ledger;
mod route;
mod store;
mod trigger;
mod who;

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::{
    flow::{self, Class, Protection},
    model::{Arn, Function, Gap},
    score::Counts,
    world::World,
};

pub use interface::interfaces;
pub use ledger::Ledger;
pub use store::stores;
pub use trigger::triggers;
pub use who::{Opening, Who};

/// What the findings of a view are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// What can start functions.
    Trigger,
    /// What somebody can call.
    Interface,
    /// What holds data.
    Data,
}

impl By {
    /// Every way, in the order of the screen.
    pub const ALL: [Self; 3] = [Self::Trigger, Self::Interface, Self::Data];

    /// The word of the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Interface => "interface",
            Self::Data => "data",
        }
    }

    /// Its name on screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Trigger => "By trigger",
            Self::Interface => "By interface",
            Self::Data => "By data",
        }
    }
}

/// What a group leads to, or what works with it: a function, or a role that is given away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The function or role.
    pub to: Option<Arn>,
    /// The version or alias, where one is named.
    pub qualifier: Option<String>,
    /// By what: `a rule`, `POST /orders`, `writes`.
    pub by: String,
    /// Whether it does so now: what is off can be switched on again.
    pub is_on: bool,
    /// Who, where that differs from way to way.
    pub who: Option<Who>,
    /// The fields and statements that say so.
    pub evidence: Vec<String>,
}

/// One thing that starts functions, can be called, or holds data, with the findings of all that it touches.
#[derive(Debug, Clone)]
pub struct Group {
    /// What people call it.
    pub name: String,
    /// What it is.
    pub kind: &'static str,
    /// The resource, if it is one.
    pub resource: Option<Arn>,
    /// Who may call it or put something in; none where that is no question.
    pub opening: Option<Opening>,
    /// Of which class the data is.
    pub class: Option<Class>,
    /// What it leads to.
    pub links: Vec<Link>,
    /// What guards it.
    pub has: Vec<Protection>,
    /// What does not.
    pub lacks: Vec<Protection>,
    /// What of that could not be decided.
    pub unknown: Vec<Protection>,
    /// Why more may belong here.
    pub gaps: Vec<Gap>,
    /// How many findings, by severity.
    pub counts: Counts,
    /// The risk of the worst.
    pub risk: f64,
    resources: Vec<Arn>,
}

impl Group {
    fn new(name: impl Into<String>, kind: &'static str) -> Self {
        let (opening, class, links, has, lacks, unknown, gaps, resources, counts) = Default::default();
        Self { name: name.into(), kind, resource: None, opening, class, links, has, lacks, unknown, gaps, counts, risk: 0.0, resources }
    }

    fn on(name: impl Into<String>, kind: &'static str, resource: &Arn) -> Self {
        Self { resource: Some(resource.clone()), resources: vec![resource.clone()], ..Self::new(name, kind) }
    }

    /// Whether something of it is on; none where it leads to nothing, or is nothing that could be.
    pub fn is_on(&self) -> Option<bool> {
        (!self.links.is_empty() && self.kind != UNSTARTED).then(|| self.links.iter().any(|link| link.is_on))
    }

    /// The functions and roles that it leads to, each once.
    pub fn targets(&self) -> Vec<&Arn> {
        let mut targets: Vec<&Arn> = self.links.iter().filter_map(|link| link.to.as_ref()).collect();
        targets.sort_unstable();
        targets.dedup();
        targets
    }

    /// The places in the world's findings of those that belong to it, by risk.
    pub fn findings(&self, ledger: &Ledger) -> Vec<u32> {
        ledger.findings(&self.resources)
    }

    fn admit(&mut self, opening: Opening) {
        self.opening = Some(match self.opening.take() {
            Some(own) => own.or(opening),
            None => opening,
        });
    }
}

/// One way to look at an account.
#[derive(Debug, Clone)]
pub struct View {
    /// By what.
    pub by: By,
    /// The groups: those with the worst risk first, the more open ones before others; functions that nothing starts last.
    pub groups: Vec<Group>,
    /// The findings that belong to none of them.
    pub rest: Group,
    /// Why groups, or links of theirs, may be missing.
    pub gaps: Vec<Gap>,
}

/// A group without a resource that is known to start its functions.
const UNSTARTED: &str = "not started";

impl View {
    /// Adds up what is found on the functions of each group, on their roles and on the group's own resources.
    fn new(world: &World, by: By, mut groups: Vec<Group>, gaps: Vec<Gap>, ledger: &Ledger) -> Self {
        for group in &mut groups {
            for target in group.links.iter().filter_map(|link| link.to.as_ref()) {
                group.resources.push(target.clone());
                // Who writes or reads data answers for what it is; who is started, for what it may do as well.
                if let Some(function) = world.posture.function(target).filter(|_| by != By::Data) {
                    group.resources.push(function.role.clone());
                }
            }
            group.resources.sort_unstable();
            group.resources.dedup();
            (group.counts, group.risk) = ledger.sum(&group.resources);
        }
        groups.sort_by(|a, b| {
            let last = |group: &Group| group.kind == UNSTARTED;
            let who = |group: &Group| group.opening.as_ref().map(|opening| opening.who.clone());
            let order = last(a).cmp(&last(b)).then_with(|| b.risk.total_cmp(&a.risk)).then_with(|| who(a).cmp(&who(b)));
            order.then_with(|| b.counts.fails().cmp(&a.counts.fails())).then_with(|| (a.kind, &a.name).cmp(&(b.kind, &b.name)))
        });
        let covered: HashSet<&Arn> = groups.iter().flat_map(|group| &group.resources).collect();
        let mut rest = Group { resources: ledger.beyond(&covered), ..Group::new("everything else", "rest") };
        (rest.counts, rest.risk) = ledger.sum(&rest.resources);
        Self { by, groups, rest, gaps }
    }

    /// The groups, and everything else if there is any.
    pub fn rows(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().chain(self.has_rest().then_some(&self.rest))
    }

    /// Whether some findings belong to no group.
    pub fn has_rest(&self) -> bool {
        !self.rest.resources.is_empty()
    }
}

/// The qualifier of an ARN as it is configured; none for the function itself.
fn qualifier(target: &Arn) -> Option<String> {
    let rest = target.resource().strip_prefix("function:")?;
    let (_, qualifier) = rest.split_once(':')?;
    named(qualifier)
}

/// A qualifier by its name; none for the function itself.
fn named(qualifier: &str) -> Option<String> {
    (qualifier != Function::UNQUALIFIED).then(|| qualifier.to_owned())
}

fn is_function(arn: &Arn) -> bool {
    arn.service() == "lambda" && arn.resource().starts_with("function:")
}

/// Gaps, each once.
fn distinct(gaps: impl IntoIterator<Item = Gap>) -> Vec<Gap> {
    let mut distinct: Vec<Gap> = Vec::new();
    for gap in gaps {
        if !distinct.contains(&gap) {
            distinct.push(gap);
        }
    }
    distinct
}

/// Lets the checks that `guards` names for a kind say what guards the groups of that kind.
fn guard(world: &World, groups: &mut [Group], guards: impl Fn(&str) -> &'static [&'static str]) {
    let mut by_resource: HashMap<Arn, Vec<usize>> = HashMap::new();
    for (place, group) in groups.iter().enumerate() {
        for resource in &group.resources {
            by_resource.entry(resource.clone()).or_default().push(place);
        }
    }
    for verdict in &world.verdicts {
        for place in by_resource.get(&verdict.resource).into_iter().flatten() {
            let Some(group) = groups.get_mut(*place).filter(|group| guards(group.kind).contains(&verdict.check.id)) else { continue };
            flow::judge(&mut group.has, &mut group.lacks, &mut group.unknown, verdict);
            // An API and its domain may say the same.
            [&mut group.has, &mut group.lacks, &mut group.unknown].into_iter().for_each(Vec::dedup);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, sync::Arc};

    use super::*;
    use crate::{
        checks::{
            testing::{ACCOUNT, REGION, denied, empty, function, with_function},
            testing_api::{http_api, route},
        },
        demo,
        flow::Flow,
        iam::{Account, Library},
        model::{
            EventSourceMapping, Fact, Integration, PolicyText, Posture, Queue, QueueAttributes, Subscription, SubscriptionEndpoint, Topic,
            TopicAttributes,
        },
        paths::{DataUses, Doors},
        world::Origin,
    };

    struct Seen {
        world: World,
        ledger: Ledger,
        views: [View; 3],
    }

    fn look(posture: Posture) -> Seen {
        let world = World::assess(Origin::Demo, Arc::new(posture), Arc::default());
        let ledger = Ledger::new(&world, |_| true);
        let library = Library::new(&world.posture).into();
        let account = Account::new(&world.posture, library);
        let doors = Doors::new(&account);
        let flow = Flow::new(&world, &DataUses::new(&account));
        let views = [triggers(&world, &doors, &ledger), interfaces(&world, &doors, &ledger), stores(&world, &flow, &doors, &ledger)];
        drop(account);
        Seen { world, ledger, views }
    }

    impl Seen {
        fn group(&self, by: By, kind: &str, name: &str) -> &Group {
            let view = self.views.iter().find(|view| view.by == by).expect("every view");
            let told: Vec<String> = view.groups.iter().map(|group| format!("{} {}", group.kind, group.name)).collect();
            view.groups.iter().find(|group| group.kind == kind && group.name == name).unwrap_or_else(|| panic!("{kind} {name}: {told:#?}"))
        }
    }

    fn who(group: &Group) -> String {
        group.opening.as_ref().map_or_else(String::new, |opening| opening.who.words())
    }

    fn started(group: &Group) -> Vec<String> {
        let name = |link: &Link| format!("{}{}", link.to.as_ref().map_or("-", |to| to.name()), if link.is_on { "" } else { " off" });
        group.links.iter().map(name).collect()
    }

    #[test]
    fn every_view_shows_every_finding() {
        for posture in [demo::posture(), denied(), empty()] {
            let seen = look(posture);
            for view in &seen.views {
                let shown: BTreeSet<u32> = view.rows().flat_map(|group| group.findings(&seen.ledger)).collect();
                assert_eq!(shown.len(), seen.world.findings.len(), "{:?}", view.by);
                for group in view.rows() {
                    let Counts { unknown, waived, pass, .. } = group.counts;
                    let found = group.findings(&seen.ledger).len();
                    assert_eq!(group.counts.fails() + unknown + waived + pass, found, "{} {}", group.kind, group.name);
                }
                let grouped: BTreeSet<u32> = view.groups.iter().flat_map(|group| group.findings(&seen.ledger)).collect();
                assert!(view.rest.findings(&seen.ledger).iter().all(|place| !grouped.contains(place)), "{:?}", view.by);
            }
        }
    }

    #[test]
    fn the_worst_stand_first_and_nothing_is_nameless() {
        let seen = look(demo::posture());
        for view in &seen.views {
            let risks: Vec<f64> = view.groups.iter().filter(|group| group.kind != UNSTARTED).map(|group| group.risk).collect();
            assert!(risks.is_sorted_by(|a, b| a >= b) && risks.len() > 5, "{risks:?}");
            for group in view.rows() {
                assert!(!group.name.is_empty() && !group.kind.is_empty());
            }
        }
    }

    fn queue(policy: Option<&str>) -> Queue {
        let policy = policy.map(PolicyText::from);
        let attributes = QueueAttributes { policy, sqs_managed_sse: None, kms_key: None, retention_seconds: None, dead_letter_queue: None };
        Queue { arn: Arn::build("aws", "sqs", REGION, ACCOUNT, "jobs"), url: String::new(), attributes: Fact::Known(attributes) }
    }

    const OPEN: &str =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}]}"#;

    /// A function that an alias of takes what a queue has, and another one.
    fn fed(policy: Option<&str>, state: &str) -> Posture {
        let mut posture = with_function(|_| ());
        let region = posture.regions.get_mut(REGION).unwrap();
        region.functions.items.push(function("zero"));
        let target = Arn::new(format!("{}:live", region.functions.items[0].arn));
        let mut mapping = EventSourceMapping::new(Arn::build("aws", "lambda", REGION, ACCOUNT, "event-source-mapping:u-1"), "u-1", target);
        mapping.source = Some(Arn::build("aws", "sqs", REGION, ACCOUNT, "jobs"));
        mapping.state = state.to_owned();
        region.event_source_mappings.items.push(mapping);
        region.queues.items.push(queue(policy));
        posture
    }

    #[test]
    fn an_open_queue_says_who_may_start_its_function_and_by_what() {
        let seen = look(fed(Some(OPEN), "Enabled"));
        let group = seen.group(By::Trigger, "queue", "jobs");
        assert_eq!((who(group).as_str(), group.is_on()), ("anyone on the internet", Some(true)));
        let link = &group.links[0];
        assert_eq!((link.qualifier.as_deref(), link.by.as_str()), (Some("live"), "an event source mapping"));
        assert!(link.evidence[0].contains("u-1 EventSourceArn"), "{link:?}");
        let found = group.findings(&seen.ledger);
        assert!(found.iter().any(|place| seen.world.findings[*place as usize].check.id == "IA-025"), "of the function that it feeds");
        let shut = look(fed(None, "Disabled"));
        let group = shut.group(By::Trigger, "queue", "jobs");
        assert_eq!((who(group).as_str(), group.is_on(), started(group)), ("this account only", Some(false), vec!["orders off".to_owned()]));
        assert_eq!(started(shut.group(By::Trigger, UNSTARTED, "nothing starts these")), ["zero off"]);
    }

    #[test]
    fn a_queue_is_as_open_as_the_topic_that_fills_it() {
        let topic = Arn::build("aws", "sns", REGION, ACCOUNT, "news");
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"sns.amazonaws.com"}},"Action":"sqs:SendMessage","Resource":"*","Condition":{{"ArnEquals":{{"aws:SourceArn":"{topic}"}}}}}}]}}"#
        );
        let mut posture = fed(Some(&policy), "Enabled");
        let region = posture.regions.get_mut(REGION).unwrap();
        let open = OPEN.replace("sqs:SendMessage", "sns:Publish");
        let attributes = TopicAttributes { policy: Some(PolicyText::new(open)), kms_key: None };
        region.topics.items.push(Topic { arn: topic.clone(), attributes: Fact::Known(attributes) });
        region.subscriptions.items.push(Subscription {
            arn: Arn::new(format!("{topic}:1")),
            topic: topic.clone(),
            owner: ACCOUNT.to_owned(),
            protocol: "sqs".to_owned(),
            endpoint: SubscriptionEndpoint::Resource(Arn::build("aws", "sqs", REGION, ACCOUNT, "jobs")),
        });
        let seen = look(posture);
        let opening = seen.group(By::Trigger, "queue", "jobs").opening.as_ref().unwrap();
        assert_eq!((opening.who.clone(), opening.through.as_ref()), (Who::Anyone, Some(&topic)));
    }

    #[test]
    fn the_clock_hears_nobody() {
        let seen = look(demo::posture());
        assert_eq!(who(seen.group(By::Trigger, "event rule", "report-nightly")), "the clock");
        assert_eq!(who(seen.group(By::Trigger, "event rule", "isolate-function")), "this account only", "a rule with a pattern");
    }

    #[test]
    fn what_was_not_read_is_never_nothing() {
        let mut posture = fed(None, "Enabled");
        let region = posture.regions.get_mut(REGION).unwrap();
        region.queues.items.clear();
        region.queues.gap = Some(Gap::denied("sqs:ListQueues", "no"));
        region.event_rules.gap = Some(Gap::denied("events:ListRules", "no"));
        let seen = look(posture);
        let group = seen.group(By::Trigger, "queue", "jobs");
        assert_eq!(who(group), "not known: denied sqs:ListQueues: no");
        let left = seen.group(By::Trigger, UNSTARTED, "nothing that was read starts these");
        assert!(left.gaps.iter().any(|gap| gap.action == "events:ListRules") && who(left).starts_with("not known"), "{left:?}");
        assert!(seen.views[0].gaps.iter().any(|gap| gap.action == "events:ListRules"));
        let nothing = look(denied());
        assert!(nothing.views.iter().all(|view| view.groups.is_empty() && !view.gaps.is_empty()), "a list that was denied is not empty");
    }

    #[test]
    fn a_route_without_authorization_is_for_anyone_and_the_others_are_not() {
        let mut posture = with_function(|_| ());
        let region = posture.regions.get_mut(REGION).unwrap();
        let target = region.functions.items[0].arn.clone();
        let mut api = http_api("a1");
        let shut = |key: &str, authorization: &str| {
            let mut route = route(key);
            route.authorization_type = authorization.to_owned();
            route
        };
        let routes =
            vec![shut("GET /open", "NONE"), shut("GET /signed", "AWS_IAM"), shut("GET /judged", "CUSTOM"), shut("GET /users", "JWT")];
        let integration = Integration { kind: "AWS_PROXY".to_owned(), function: Some(target.clone()), calls: None, timeout_millis: None };
        let integrations = [("i1".to_owned(), integration)].into();
        (api.routes, api.integrations) = (Fact::Known(routes), Fact::Known(integrations));
        let name = format!("{}/{}", api.name, api.stages.known().unwrap()[0].name);
        region.http_apis.items.push(api);
        let seen = look(posture.clone());
        let group = seen.group(By::Interface, "HTTP API", &name);
        let told: Vec<_> = group.links.iter().map(|link| (link.by.as_str(), link.who.as_ref().map(Who::word))).collect();
        let expected =
            [("GET /open", "anyone"), ("GET /signed", "this-account"), ("GET /judged", "whom-authorizer-lets"), ("GET /users", "users")];
        assert_eq!(told, expected.map(|(by, who)| (by, Some(who))));
        assert_eq!(who(group), "anyone on the internet");
        assert!(group.links.iter().all(|link| link.to.as_ref() == Some(&target)), "{group:?}");
        assert!(group.lacks.iter().any(|lack| lack.check == "IA-018"), "{group:?}");
        // What cannot be said of one route is not closed.
        let region = posture.regions.get_mut(REGION).unwrap();
        region.http_apis.items[0].stages = Gap::denied("apigateway:GET", "no").into();
        let seen = look(posture);
        assert_eq!(who(seen.group(By::Interface, "HTTP API", "shop")), "not known: denied apigateway:GET: no");
    }

    #[test]
    fn a_policy_names_services_and_strangers() {
        let seen = look(with_function(|function| {
            let policy = r#"{"Version":"2012-10-17","Statement":[
                {"Sid":"logs","Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}},
                {"Sid":"theirs","Effect":"Allow","Principal":{"AWS":"210987654321"},"Action":"lambda:InvokeFunction","Resource":"*"}]}"#;
            function.policies.insert(Function::UNQUALIFIED.to_owned(), Fact::Known(Some(PolicyText::from(policy))));
        }));
        let service = seen.group(By::Trigger, "AWS service", "logs.amazonaws.com");
        assert_eq!((who(service).as_str(), started(service)), ("this account only", vec!["orders".to_owned()]));
        assert!(service.links[0].evidence[0].ends_with("logs"), "{service:?}");
        let theirs = seen.group(By::Trigger, "callers", "account 210987654321");
        assert_eq!(who(theirs), "account 210987654321");
        assert_eq!(who(seen.group(By::Interface, "policy", "fn:orders")), "account 210987654321");
    }
}
